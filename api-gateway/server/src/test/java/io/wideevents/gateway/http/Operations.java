package io.wideevents.gateway.http;

/** The operations that instrumented code has done; see {@link CountingLoader}. For one thread. */
public final class Operations {
  private static long count;

  private Operations() {}

  /** Called by instrumented code at each call and each jump back. */
  public static void one() {
    count++;
  }

  /** Called by instrumented code before it copies so many elements. */
  public static void many(int elements) {
    count += elements;
  }

  static long count() {
    return count;
  }
}
