package io.wideevents.worker.consume;

import io.wideevents.worker.offset.Assignment;
import java.time.Duration;
import org.apache.kafka.clients.consumer.Consumer;

/** Drives one consumer session as {@link MqConsumerService} does, without a thread. */
public final class SessionDriver {
  private static final Duration DRAIN = Duration.ofMillis(3_500);
  private static final Duration COMMIT = Duration.ofSeconds(1);
  private static final Duration LEAVE = Duration.ofSeconds(1);

  private final ConsumerSession session;

  public SessionDriver(
      Consumer<byte[], byte[]> consumer, SessionParts parts, Assignment assignment) {
    session = new ConsumerSession(consumer, parts, assignment);
  }

  public void subscribe(String topic) {
    session.subscribe(topic);
  }

  public void pollOnce() {
    session.pollOnce();
  }

  public ConsumerStatus status() {
    return session.status();
  }

  public void finish() {
    session.finish(DRAIN, COMMIT, LEAVE);
  }

  public void abandon() {
    session.abandon(LEAVE);
  }
}
