package io.wideevents.gateway.http;

/**
 * A whole request body, as sent or inflated, with the memory it takes. Its bytes do not change
 * after reading, but for parts of refused events. Closed when the request has been answered.
 */
final class Body implements AutoCloseable {
  private static final byte[] NONE = {};

  private byte[] bytes;
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

  /** Ends the time in which the body counts to its client's share of the memory. */
  void received() {
    memory.received();
  }

  /** Takes memory for what is made of the body. */
  void reserve(long more) {
    memory.grow(more);
  }

  /**
   * A reservation of nothing yet, for the reply to the request: it is held longer than the body.
   */
  ByteBudget.Reservation reply(String client) {
    return memory.reply(client);
  }

  /** Gives the memory back. The bytes can no longer be read. */
  @Override
  public void close() {
    bytes = NONE;
    memory.close();
  }
}
