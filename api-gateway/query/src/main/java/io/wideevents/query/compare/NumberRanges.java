package io.wideevents.query.compare;

import io.wideevents.query.compare.RankedField.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The numbers of a field as ranges. The quantiles of both samples together divide the numbers into
 * at most 16 ranges. The adjacent ranges that together differ most become one range, the first
 * value. The bounds of a range are numbers of the samples. A range includes both bounds.
 */
final class NumberRanges {
  private static final int RANGES = 16;
  private static final int MAX_VALUES = 9;

  private final Sample selection;
  private final Sample baseline;
  private final FieldPlace place;
  private final List<Range> ranges = new ArrayList<>();

  private record Range(FieldValue least, FieldValue most, double selection, double baseline) {
    Range plus(Range above) {
      return new Range(least, above.most, selection + above.selection, baseline + above.baseline);
    }
  }

  NumberRanges(Sample selection, Sample baseline, FieldPlace place, List<FieldValue> numbers) {
    this.selection = selection;
    this.baseline = baseline;
    this.place = place;
    cut(numbers.stream().sorted(Comparator.comparing(FieldValue::number)).toList());
  }

  /** At most nine ranges: the most different one, then the others in the order of the numbers. */
  List<Value> values() {
    int bestFrom = 0;
    int bestTo = 0;
    Difference best = Difference.NONE;
    for (int from = 0; from < ranges.size(); from++) {
      Range joined = ranges.get(from);
      for (int to = from; to < ranges.size(); to++) {
        joined = to == from ? joined : joined.plus(ranges.get(to));
        Difference difference = difference(joined);
        if (isMore(difference, best)) {
          best = difference;
          bestFrom = from;
          bestTo = to;
        }
      }
    }
    List<Value> values = new ArrayList<>();
    values.add(value(join(bestFrom, bestTo)));
    addJoined(values, 0, bestFrom - 1);
    addJoined(values, bestTo + 1, ranges.size() - 1);
    return values;
  }

  // A range has the same score as all numbers outside it. The one that is more frequent in the
  // selection is the better answer.
  private static boolean isMore(Difference difference, Difference best) {
    long score = difference.rankedScore();
    return score > best.rankedScore()
        || (score == best.rankedScore()
            && difference.selection() - difference.baseline() > best.selection() - best.baseline());
  }

  /** Adds the ranges from one to another, joined to at most four. */
  private void addJoined(List<Value> values, int from, int to) {
    int width = Math.max(1, Math.ceilDiv(to - from + 1, (MAX_VALUES - 1) / 2));
    for (int start = from; start <= to; start += width) {
      values.add(value(join(start, Math.min(to, start + width - 1))));
    }
  }

  private Range join(int from, int to) {
    Range joined = ranges.get(from);
    for (int i = from + 1; i <= to; i++) {
      joined = joined.plus(ranges.get(i));
    }
    return joined;
  }

  private void cut(List<FieldValue> sorted) {
    double all = 0;
    for (FieldValue number : sorted) {
      all += share(number);
    }
    double cumulated = 0;
    FieldValue least = sorted.getFirst();
    double selected = 0;
    double based = 0;
    for (FieldValue number : sorted) {
      least = selected + based == 0 ? number : least;
      selected += selection.share(place, number);
      based += baseline.share(place, number);
      cumulated += share(number);
      boolean isLast = number.equals(sorted.getLast());
      if (isLast || cumulated >= all * (ranges.size() + 1) / RANGES) {
        ranges.add(new Range(least, number, selected, based));
        selected = 0;
        based = 0;
      }
    }
  }

  private double share(FieldValue number) {
    return selection.share(place, number) + baseline.share(place, number);
  }

  private Value value(Range range) {
    boolean isFirst = range.least.equals(ranges.getFirst().least);
    boolean isLast = range.most.equals(ranges.getLast().most);
    String text;
    String condition;
    if (range.least.equals(range.most)) {
      text = range.least.text();
      condition = range.least.text() + ".." + range.most.text();
    } else if (isLast && !isFirst) {
      text = "≥ " + range.least.text();
      condition = ">=" + range.least.text();
    } else if (isFirst && !isLast) {
      text = "≤ " + range.most.text();
      condition = "<=" + range.most.text();
    } else {
      text = range.least.text() + " – " + range.most.text();
      condition = range.least.text() + ".." + range.most.text();
    }
    return new Value(text, FieldValue.filter(place, condition), difference(range));
  }

  private Difference difference(Range range) {
    return Difference.of(
        range.selection, selection.effectiveSize(), range.baseline, baseline.effectiveSize());
  }
}
