package io.wideevents.codec;

/**
 * A text that counts how many of its characters a search reads and ends the search after too many
 * for its length. Searching a text for all matches takes quadratic time with any engine, because
 * each match may require reading the rest of the text.
 *
 * <p>The count depends only on text and pattern, never on time, so that every process gets the same
 * result. For one search; not safe for concurrent use.
 */
final class SearchedText implements CharSequence {
  /** An ordinary search reads each character three to five times. */
  static final int READS_PER_CHARACTER = 16;

  /** The minimum limit: a short text may be read more often, because it has few characters. */
  static final int LEAST_READS = 4096;

  /** Ends a search. It has no stack trace and contains nothing of the text. */
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
