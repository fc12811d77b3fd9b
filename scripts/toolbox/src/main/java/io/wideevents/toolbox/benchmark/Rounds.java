package io.wideevents.toolbox.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The results of ours and of a reference, measured in alternate rounds. Used by one thread.
 *
 * @param <T> the result of one measurement
 */
final class Rounds<T> {
  private final ToDoubleFunction<T> otherWork;
  private final List<T> ours = new ArrayList<>();
  private final List<T> references = new ArrayList<>();

  /**
   * @param otherWork the share of the processors that other programs took in a measurement
   */
  Rounds(ToDoubleFunction<T> otherWork) {
    this.otherWork = otherWork;
  }

  void add(T our, T reference) {
    ours.add(our);
    references.add(reference);
  }

  /** One figure of all rounds. */
  Comparison compare(String figure, ToDoubleFunction<T> value) {
    List<Comparison.Pair> pairs = new ArrayList<>();
    for (int i = 0; i < ours.size(); i++) {
      T our = ours.get(i);
      T reference = references.get(i);
      pairs.add(
          new Comparison.Pair(
              value.applyAsDouble(our),
              value.applyAsDouble(reference),
              Math.max(otherWork.applyAsDouble(our), otherWork.applyAsDouble(reference))));
    }
    return new Comparison(figure, pairs);
  }
}
