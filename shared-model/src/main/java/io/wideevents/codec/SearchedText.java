package io.wideevents.codec;

/**
 * A text under search, which counts how many of its characters are read and ends the search when
 * there are too many for its length. Searching a text for all matches takes quadratic time with any
 * engine: each match may need the rest of the text to be read before it is certain.
 *
 * <p>The count depends on text and pattern alone, never on time, so that every process comes to the
 * same result. For one search; not safe for concurrent use.
 */
final class SearchedText implements CharSequence {
  /** An ordinary search reads each character three to five times. */
  static final int READS_PER_CHARACTER = 16;

  /** Short texts may be read more often: each has few characters to be read again. */
  static final int LEAST_READS = 4096;

  /** Ends a search. It has no trace and says nothing about the text. */
  static final class TooManyReadsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private TooManyReadsException() {
      super("The search read more characters than the text allows", null, false, false);
    }
  }

  private final String text;
  private final long maxReads;
  private long reads;

  SearchedText(String text) {
    this.text = text;
    this.maxReads = Math.max(LEAST_READS, (long) READS_PER_CHARACTER * text.length());
  }

  /** How many characters were read. */
  long reads() {
    return reads;
  }

  @Override
  public char charAt(int index) {
    if (++reads > maxReads) {
      throw new TooManyReadsException();
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.subSequence(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
