package io.wideevents.otlp;

/** One encoded message: a range of bytes. Not copied. */
final class Part {
  private final byte[] bytes;
  private final int from;
  private final int to;

  /**
   * @param to the end of the range, exclusive
   */
  Part(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
  }

  byte[] bytes() {
    return bytes;
  }

  int from() {
    return from;
  }

  int to() {
    return to;
  }

  int length() {
    return to - from;
  }
}
