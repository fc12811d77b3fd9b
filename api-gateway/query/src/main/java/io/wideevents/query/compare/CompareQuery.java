package io.wideevents.query.compare;

import io.wideevents.query.store.EventStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Answers one request for a comparison: samples both sides and ranks their fields. */
public final class CompareQuery {
  /** With a fixed seed, a repeated request reads the same windows and gets the same answer. */
  private static final long SEED = 17;

  /** Fields below this score are left out. */
  private static final double LEAST_SCORE = 0.01;

  private CompareQuery() {}

  /**
   * Blocks for the time of the queries.
   *
   * @throws io.wideevents.query.QueryException if the store fails
   */
  public static CompareResult run(CompareRequest request, EventStore.Reads reads) {
    EventSampler sampler = new EventSampler(reads, new Random(SEED));
    Sample selection = new Sample(reads::reserve);
    Sample baseline = new Sample(reads::reserve);
    long selected =
        sampler.sample(
            request.selection().range(), request.selection().filter().condition(), selection::add);
    long based =
        sampler.sample(request.baseline().range(), request.outsideSelection(), baseline::add);
    List<RankedField> ranked = ranked(selection, baseline);
    Symptoms symptoms = new Symptoms(request.filtered());
    return new CompareResult(
        new CompareResult.Size(selected, selection.events()),
        new CompareResult.Size(based, baseline.events()),
        ranked.stream()
            .filter(field -> !symptoms.contains(field.field()))
            .limit(request.limit())
            .toList(),
        ranked.stream()
            .filter(field -> symptoms.contains(field.field()))
            .limit(request.limit())
            .toList());
  }

  /** The fields of both samples whose values differ, the most different first. */
  static List<RankedField> ranked(Sample selection, Sample baseline) {
    Set<FieldPlace> places = new HashSet<>(selection.placesOfValues());
    places.addAll(baseline.placesOfValues());
    List<RankedField> ranked = new ArrayList<>();
    for (FieldPlace place : places) {
      RankedField field = new FieldComparison(selection, baseline, place).compare();
      if (field.score() >= LEAST_SCORE) {
        ranked.add(field);
      }
    }
    ranked.sort(
        Comparator.comparingDouble(RankedField::score)
            .reversed()
            .thenComparing(RankedField::field));
    return ranked;
  }
}
