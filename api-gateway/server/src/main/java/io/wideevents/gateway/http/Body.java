package io.wideevents.gateway.http;

/**
 * A complete request body, as sent or inflated, with its memory reservation. After reading, only
 * the parts of rejected events change. Close it when the request has been answered.
 */
final class Body implements AutoCloseable {
  private static final byte[] NONE = {};

  private byte[] bytes;
  private final int length;
  private final ByteBudget.Reservation memory;

  /**
   * @param bytes the body starts at index 0; not copied
   * @param length number of bytes of the body
   * @param memory reservation for {@code bytes}
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

  void received() {
    memory.received();
  }

  void reserve(long more) {
    memory.grow(more);
  }

  /** Reserves without a check of the limits, when the request can no longer be rejected. */
  void reserveAnyway(long more) {
    memory.growAnyway(more);
  }

  /** Returns an empty reservation for the reply, which outlives the body. */
  ByteBudget.Reservation reply(String client) {
    return memory.reply(client);
  }

  /** Releases the memory. The bytes can no longer be read. */
  @Override
  public void close() {
    bytes = NONE;
    memory.close();
  }
}
