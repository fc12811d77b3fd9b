package io.wideevents.worker.kafka;

import java.util.OptionalLong;

/** A stretch of which nothing can be read: the broker does not return it. */
final class UnreadableStretch implements Stretch {
  private final long offset;
  private final String cause;

  UnreadableStretch(long offset, String cause) {
    this.offset = offset;
    this.cause = cause;
  }

  @Override
  public Step next() {
    return new Step.Corrupt(offset, OptionalLong.empty(), cause);
  }

  @Override
  public void close() {}
}
