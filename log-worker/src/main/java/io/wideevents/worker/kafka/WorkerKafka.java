package io.wideevents.worker.kafka;

import io.wideevents.kafka.KafkaProducerSource;
import io.wideevents.kafka.KafkaTrouble;
import io.wideevents.kafka.ProducerSource;
import io.wideevents.kafka.TopicCreator;
import io.wideevents.kafka.partition.LeaderReader;
import io.wideevents.kafka.partition.PartitionReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds the worker's Kafka clients, and logs once per transition whether Kafka can be reached.
 *
 * <p>Clients are built on request only. Methods that contact Kafka fail with a {@link
 * KafkaException} while no broker's name resolves or no broker answers; callers retry after a
 * backoff. Safe for concurrent use. The caller closes a client that a method returns.
 */
public final class WorkerKafka implements ConsumerSource {
  // The log lines keep the logger name that users know.
  private static final Logger LOG =
      LoggerFactory.getLogger("io.wideevents.worker.kafka.KafkaClient");

  // A poll may exceed the memory limit of pending records (MQ_HELD_MAX_BYTES) by this many bytes.
  private static final long MAX_POLL_BYTES = 16 * 1024 * 1024;

  private enum Reach {
    UNKNOWN,
    CONNECTED,
    FAILED
  }

  private final WorkerKafkaSettings settings;
  private final WorkerProperties properties;
  private final TopicCreator eventTopic;
  private final TopicCreator deadLetterTopic;
  private final AtomicReference<Reach> reach = new AtomicReference<>(Reach.UNKNOWN);

  public WorkerKafka(WorkerKafkaSettings settings) {
    this.settings = settings;
    this.properties = new WorkerProperties(settings);
    this.eventTopic = TopicCreator.of(settings.events());
    this.deadLetterTopic = TopicCreator.ofDeadLetters(settings.deadLetters(), settings.events());
  }

  @Override
  public Consumer<byte[], byte[]> newConsumer() {
    Consumer<byte[], byte[]> consumer = null;
    try {
      // A new consumer does not connect. It comes first, so that the AOT cache, which is recorded
      // without servers, has its classes.
      consumer =
          new BudgetedConsumer(
              properties.consumer(), new PollBudget(MAX_POLL_BYTES, LargeRecords.maxBytes()));
      ensureTopics();
      connected();
      return consumer;
    } catch (RuntimeException | Error e) {
      if (consumer != null) {
        consumer.close(CloseOptions.timeout(Duration.ZERO));
      }
      if (e instanceof KafkaException failure) {
        failed(failure);
      }
      throw e;
    }
  }

  @Override
  public int maxPollRecords() {
    return properties.maxPollRecords();
  }

  @Override
  public PartitionReader newPartitionReader() {
    return new LeaderReader(properties.consumer(), LargeRecords.maxBytes());
  }

  /** The name of the topic of the events. */
  public String eventTopic() {
    return settings.events().name();
  }

  /** A producer for dead letters. Does not block. */
  public Producer<byte[], byte[]> newProducer() {
    return new KafkaProducer<>(properties.producer());
  }

  /**
   * Creates the topics that are absent. Blocks for about ten seconds at most.
   *
   * @return the names of the topics that it created
   * @throws KafkaException if Kafka cannot be reached, or a topic is absent and may not be created
   */
  public List<String> ensureTopics() {
    try (Admin admin = newAdmin()) {
      List<String> created = new ArrayList<>();
      if (eventTopic.createWhenAbsent(admin)) {
        created.add(settings.events().name());
      }
      if (deadLetterTopic.ensure(admin)) {
        created.add(settings.deadLetters().name());
      }
      return created;
    }
  }

  /**
   * Builds producers of dead letters. Creates the dead-letter topic if the topic is absent.
   * Restores the layout of the topic if a client's metadata request created the topic again after a
   * deletion.
   */
  public ProducerSource deadLetterProducers() {
    return new KafkaProducerSource(deadLetterTopic, properties::admin, properties::producer);
  }

  /**
   * Verifies that the topic of the events exists, without creating it. Blocks for a few seconds at
   * most.
   *
   * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException if the topic does not
   *     exist
   * @throws KafkaException if Kafka cannot be reached
   */
  public void requireEventTopic() {
    try (Admin admin = newAdmin()) {
      if (!eventTopic.exists(admin)) {
        throw new UnknownTopicOrPartitionException("there is no topic " + settings.events().name());
      }
    }
  }

  /**
   * Compares the topics with the settings. Changes nothing. Blocks for a few seconds at most.
   *
   * @throws KafkaException if Kafka cannot be reached
   */
  public List<TopicDifference> checkTopics() {
    try (Admin admin = newAdmin()) {
      return new TopicCheck(admin, settings.brokers())
          .differences(settings.events(), settings.deadLetters());
    }
  }

  /**
   * A consumer that reads a topic alone, with partitions assigned by hand. Its offsets can be
   * committed under {@code group}. Does not block.
   */
  public Consumer<byte[], byte[]> newReader(String group) {
    // Records are not cut, because a replay may write them again.
    return new BudgetedConsumer(
        properties.reader(group), new PollBudget(MAX_POLL_BYTES, Integer.MAX_VALUE));
  }

  /** An admin client whose calls time out after 5 s. Does not block. */
  public Admin newAdmin() {
    return Admin.create(properties.admin());
  }

  @Override
  public void connected() {
    if (reach.getAndSet(Reach.CONNECTED) != Reach.CONNECTED) {
      LOG.info("Connected to Kafka broker at {}", settings.brokers());
    }
  }

  @Override
  public void failed(Throwable cause) {
    if (reach.getAndSet(Reach.FAILED) != Reach.FAILED) {
      LOG.warn("Failed to connect to Kafka: {}", KafkaTrouble.what(cause));
    }
  }

  /** Whether a broker answered the last attempt. */
  public boolean isConnected() {
    return reach.get() == Reach.CONNECTED;
  }
}
