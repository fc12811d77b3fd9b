package io.wideevents.query.compare;

/**
 * How certain it is that a value has different shares in the selection and in the baseline.
 *
 * <p>The score is the distance from zero to the confidence interval of the difference of the two
 * shares. The interval is Newcombe's hybrid score interval (Statistics in Medicine 17, 1998, method
 * 10), which combines two Wilson intervals. So few events give a low score, even if the shares are
 * far apart.
 *
 * @param selection share of the selection's weight, 0 to 1
 * @param baseline share of the baseline's weight, 0 to 1
 * @param score 0 to 1; 0 if the interval contains zero
 */
record Difference(double selection, double baseline, double score) {
  static final Difference NONE = new Difference(0, 0, 0);

  /**
   * Half the width of the interval, in standard errors. By chance, one of 16 000 values has a score
   * above zero. An event has some hundred values.
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
