package io.wideevents.worker.config;

import static io.wideevents.worker.config.WorkerCatalogue.KAFKA_CONSUMER_GROUP;
import static io.wideevents.worker.config.WorkerCatalogue.KAFKA_GROUP_PROTOCOL;
import static io.wideevents.worker.config.WorkerCatalogue.MQ_BATCHES_IN_FLIGHT;
import static io.wideevents.worker.config.WorkerCatalogue.MQ_BATCH_MAX_BYTES;
import static io.wideevents.worker.config.WorkerCatalogue.MQ_BATCH_SIZE;
import static io.wideevents.worker.config.WorkerCatalogue.MQ_BATCH_TIMEOUT_MS;
import static io.wideevents.worker.config.WorkerCatalogue.MQ_DLQ_BRAKE;
import static io.wideevents.worker.config.WorkerCatalogue.MQ_HELD_MAX_BYTES;
import static io.wideevents.worker.config.WorkerCatalogue.WORKER_HTTP_HOST;
import static io.wideevents.worker.config.WorkerCatalogue.WORKER_HTTP_PORT;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.config.CommonSettings;
import io.wideevents.config.SettingValues;
import io.wideevents.mongo.MongoSettings;
import io.wideevents.worker.batch.BatchLimits;
import io.wideevents.worker.kafka.WorkerKafkaSettings;
import java.time.Duration;

/**
 * The typed and validated settings of the worker. Immutable; built once, in {@code main}.
 *
 * @param rules limits for the records of other producers
 * @param brake whether the dead-letter circuit breaker is enabled
 * @param httpHost address for health and metrics
 * @param httpPort 0 for any free port, -1 for no HTTP server
 */
public record WorkerSettings(
    WorkerKafkaSettings kafka,
    MongoSettings mongo,
    BatchLimits batches,
    EncoderSettings rules,
    boolean brake,
    String httpHost,
    int httpPort) {
  private static final Duration WRITE_TIMEOUT_MARGIN = Duration.ofSeconds(5);

  /** The settings in effect. */
  public static WorkerSettings from(SettingValues values) {
    return new WorkerSettings(
        kafka(values),
        CommonSettings.mongoSettings(values),
        new BatchLimits(
            values.get(MQ_BATCH_SIZE),
            WorkerCatalogue.batchMaxSize(values),
            values.get(MQ_BATCH_MAX_BYTES),
            values.get(MQ_BATCH_TIMEOUT_MS),
            values.get(MQ_BATCHES_IN_FLIGHT),
            values.get(MQ_HELD_MAX_BYTES),
            writeTimeout(CommonSettings.mongoSettings(values).timeout())),
        CommonSettings.encoderSettings(values, EncoderSettings.DEFAULT_MAX_EVENTS),
        values.get(MQ_DLQ_BRAKE) == BrakeMode.ON,
        values.get(WORKER_HTTP_HOST),
        values.get(WORKER_HTTP_PORT));
  }

  static WorkerKafkaSettings kafka(SettingValues values) {
    return new WorkerKafkaSettings(
        values.get(CommonSettings.KAFKA_BROKER).toString(),
        values.get(KAFKA_CONSUMER_GROUP),
        values.get(KAFKA_GROUP_PROTOCOL),
        values.kafkaClient(),
        values.get(CommonSettings.EVENT_MAX_BYTES),
        CommonSettings.eventTopic(values),
        CommonSettings.deadLetterTopic(values));
  }

  // One write is an insert and a query for the duplicates, each limited by MongoDB's timeout.
  private static Duration writeTimeout(Duration mongoTimeout) {
    return mongoTimeout.multipliedBy(2).plus(WRITE_TIMEOUT_MARGIN);
  }
}
