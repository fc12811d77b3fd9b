package io.wideevents.otlp;

/** One encoded message: the bytes from {@code from} to before {@code to}. */
record Part(byte[] bytes, int from, int to) {
  int length() {
    return to - from;
  }
}
