package io.wideevents.query.compare;

/**
 * How surely a part of the selection and the same part of the baseline differ.
 *
 * <p>The score is the end, closer to zero, of the confidence interval of the difference of two
 * shares: Newcombe's hybrid score interval (Statistics in Medicine 17, 1998, method 10), made of
 * two Wilson intervals. So few events give a low score, even if their shares are far apart.
 *
 * @param selection share of the selection's weight, 0 to 1
 * @param baseline share of the baseline's weight, 0 to 1
 * @param score 0 to 1; 0 if the difference can be chance
 */
record Difference(double selection, double baseline, double score) {
  static final Difference NONE = new Difference(0, 0, 0);

  /**
   * Half the width of the interval, in standard errors. By chance, a value's score is above zero
   * once in 16 000 values; an event has some hundred.
   */
  private static final double Z = 4;

  /** The score without digits that come from rounding, so that equal scores compare as equal. */
  long rankedScore() {
    return Math.round(score * 1e6);
  }

  /**
   * @param selectionSize effective number of events of the selection
   * @param baselineSize effective number of events of the baseline
   */
  static Difference of(
      double selection, double selectionSize, double baseline, double baselineSize) {
    if (selectionSize <= 0 || baselineSize <= 0) {
      return new Difference(selection, baseline, 0);
    }
    double p = Math.clamp(selection, 0, 1);
    double q = Math.clamp(baseline, 0, 1);
    boolean isMore = p > q;
    // The ends of the two Wilson intervals that lie between the shares.
    double nearP = wilson(p, selectionSize, !isMore);
    double nearQ = wilson(q, baselineSize, isMore);
    double score = Math.abs(p - q) - Math.hypot(p - nearP, q - nearQ);
    return new Difference(p, q, Math.max(0, score));
  }

  private static double wilson(double share, double size, boolean isUpper) {
    double square = Z * Z;
    double middle = (share + square / (2 * size)) / (1 + square / size);
    double half =
        Z
            / (1 + square / size)
            * Math.sqrt(share * (1 - share) / size + square / (4 * size * size));
    return isUpper ? middle + half : middle - half;
  }
}
