package io.wideevents.toolbox.benchmark;

import java.util.List;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One figure of the project and of a reference, measured alternately.
 *
 * @param figure its name and unit
 * @param pairs one for each round
 */
record Comparison(String figure, List<Pair> pairs) {
  Comparison {
    pairs = List.copyOf(pairs);
  }

  /**
   * The values of one round.
   *
   * @param otherWork the share of the processors that other programs took, the higher one of both
   *     measurements; NaN if unknown
   */
  record Pair(double ours, double reference, double otherWork) {
    boolean isDisturbed() {
      return otherWork > OtherWork.LIMIT;
    }
  }

  long disturbed() {
    return pairs.stream().filter(Pair::isDisturbed).count();
  }

  Quartiles ours() {
    return quartiles(Pair::ours);
  }

  Quartiles reference() {
    return quartiles(Pair::reference);
  }

  /** Ours divided by the reference, pair by pair. */
  Quartiles ratio() {
    return quartiles(pair -> pair.ours() / pair.reference());
  }

  // Disturbed rounds do not count, unless all are disturbed.
  private Quartiles quartiles(ToDoubleFunction<Pair> value) {
    boolean allDisturbed = disturbed() == pairs.size();
    return Quartiles.of(
        pairs.stream().filter(pair -> allDisturbed || !pair.isDisturbed()).mapToDouble(value));
  }

  void writeTo(ObjectNode json) {
    json.put("figure", figure).put("disturbedRounds", disturbed());
    write(json.putObject("ours"), ours());
    write(json.putObject("reference"), reference());
    write(json.putObject("ratio"), ratio());
    ArrayNode rounds = json.putArray("rounds");
    for (Pair pair : pairs) {
      rounds
          .addObject()
          .put("ours", pair.ours())
          .put("reference", pair.reference())
          .put("otherWork", pair.otherWork())
          .put("disturbed", pair.isDisturbed());
    }
  }

  private static void write(ObjectNode json, Quartiles quartiles) {
    json.put("lowerQuartile", quartiles.lower())
        .put("median", quartiles.median())
        .put("upperQuartile", quartiles.upper());
  }
}
