package io.wideevents.gateway.http;

/** A whole request body, inflated. Its bytes are never changed after reading. */
final class Body {
  private final byte[] bytes;
  private final int length;

  /**
   * @param bytes holds the body at its beginning; not copied
   * @param length how many of them count
   */
  Body(byte[] bytes, int length) {
    this.bytes = bytes;
    this.length = length;
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }
}
