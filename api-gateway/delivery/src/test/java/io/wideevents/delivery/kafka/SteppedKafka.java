package io.wideevents.delivery.kafka;

import io.wideevents.time.ClosingTime;
import io.wideevents.time.Timing;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;

/** The real clients over producers that a simulation makes. */
public final class SteppedKafka {
  private static final KafkaSettings SETTINGS = KafkaClientTest.SETTINGS;

  private SteppedKafka() {}

  /**
   * @param producers throws while the broker cannot be reached
   */
  public static KafkaClient client(
      Supplier<Producer<byte[], byte[]>> producers, ClosingTime closing, Timing timing) {
    return new KafkaClient(SETTINGS, producers::get, closing, timing);
  }

  /** As {@link #client}, for the dead-letter topic. */
  public static KafkaDeadLetters deadLetters(
      Supplier<Producer<byte[], byte[]>> producers, ClosingTime closing, Timing timing) {
    return new KafkaDeadLetters(SETTINGS, producers::get, closing, timing);
  }
}
