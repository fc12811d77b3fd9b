package io.wideevents.kafka.partition;

import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/** A stretch that the broker does not return, so that nothing of it can be read. */
final class UnreadableStretch implements Stretch {
  private final OffsetAndMetadata from;
  private final String cause;

  UnreadableStretch(OffsetAndMetadata from, String cause) {
    this.from = from;
    this.cause = cause;
  }

  @Override
  public Step next() {
    return new Step.Corrupt(from.offset(), from.leaderEpoch(), OptionalLong.empty(), cause);
  }

  @Override
  public void close() {}
}
