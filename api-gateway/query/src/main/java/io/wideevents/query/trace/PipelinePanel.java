package io.wideevents.query.trace;

import io.wideevents.kafka.GroupLag;
import io.wideevents.kafka.KafkaTrouble;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;

/**
 * The state of the pipeline as this gateway sees it. Kafka is queried at most once in five seconds,
 * however many callers there are. Safe for concurrent use.
 */
public final class PipelinePanel {
  private static final Duration AGE = Duration.ofSeconds(5);

  private final Supplier<GatewayState> gateway;
  private final Optional<EventTopics> topics;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();

  private volatile Kafka last;
  private volatile Deadline fresh;

  /**
   * The state of Kafka.
   *
   * @param reason why there is no lag or no count; empty if there are both
   */
  public record Kafka(Optional<GroupLag> lag, OptionalLong deadLetters, String reason) {
    private static Kafka unknown(String reason) {
      return new Kafka(Optional.empty(), OptionalLong.empty(), reason);
    }
  }

  /**
   * @param gateway must not block
   * @param topics empty if events do not go through Kafka
   */
  public PipelinePanel(Supplier<GatewayState> gateway, Optional<TopicSettings> topics) {
    this(gateway, topics.map(KafkaEventTopics::new), System::nanoTime);
  }

  PipelinePanel(
      Supplier<GatewayState> gateway, Optional<EventTopics> topics, LongSupplier nanoTime) {
    this.gateway = gateway;
    this.topics = topics;
    this.nanoTime = nanoTime;
    this.last =
        Kafka.unknown(topics.isEmpty() ? "MQ_ENABLED is false" : "Kafka was not queried yet");
    this.fresh = Deadline.after(Duration.ZERO, nanoTime);
  }

  /** The state of this gateway. Does not block. */
  public GatewayState gateway() {
    return gateway.get();
  }

  /**
   * The state of Kafka, at most five seconds old. One caller queries Kafka and blocks for some
   * seconds at most. Meanwhile the other callers get the previous answer.
   */
  public Kafka kafka() {
    if (topics.isPresent() && fresh.remaining().isZero() && lock.tryLock()) {
      try {
        last = ask(topics.get());
        fresh = Deadline.after(AGE, nanoTime);
      } finally {
        lock.unlock();
      }
    }
    return last;
  }

  private static Kafka ask(EventTopics topics) {
    try {
      GroupLag lag = topics.lag();
      return new Kafka(Optional.of(lag), OptionalLong.of(topics.deadLetterCount()), "");
    } catch (KafkaException e) {
      return Kafka.unknown(KafkaTrouble.what(e));
    }
  }
}
