package io.wideevents.gateway.http;

/**
 * A whole request body, inflated, with the memory it takes. Its bytes are never changed after
 * reading. Closed when the request has been answered.
 */
final class Body implements AutoCloseable {
  private final byte[] bytes;
  private final int length;
  private final ByteBudget.Reservation memory;

  /**
   * @param bytes holds the body at its beginning; not copied
   * @param length how many of them count
   * @param memory reserved for {@code bytes}
   */
  Body(byte[] bytes, int length, ByteBudget.Reservation memory) {
    this.bytes = bytes;
    this.length = length;
    this.memory = memory;
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  /** Takes memory for what is made of the body. */
  void reserve(long more) {
    memory.grow(more);
  }

  @Override
  public void close() {
    memory.close();
  }
}
