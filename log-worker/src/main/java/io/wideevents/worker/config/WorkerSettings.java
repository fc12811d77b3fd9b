package io.wideevents.worker.config;

import static io.wideevents.config.SettingType.bytes;
import static io.wideevents.config.SettingType.choice;
import static io.wideevents.config.SettingType.integer;
import static io.wideevents.config.SettingType.millis;
import static io.wideevents.config.SettingType.text;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.config.CommonSettings;
import io.wideevents.config.KafkaCluster;
import io.wideevents.config.LogSettings;
import io.wideevents.config.SettingValue;
import io.wideevents.config.SettingsCatalogue;
import io.wideevents.config.SettingsReader;
import io.wideevents.mongo.MongoSettings;
import io.wideevents.worker.batch.BatchLimits;
import io.wideevents.worker.kafka.WorkerKafkaSettings;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The typed and validated settings of the worker. Immutable; built once, in {@code main}.
 *
 * @param log log lines of the process
 * @param rules limits for the records of other producers
 * @param breaker whether the dead-letter circuit breaker is enabled
 * @param httpHost address for health and metrics
 * @param httpPort 0 for any free port, -1 for no HTTP server
 */
public record WorkerSettings(
    LogSettings log,
    WorkerKafkaSettings kafka,
    MongoSettings mongo,
    BatchLimits batches,
    EncoderSettings rules,
    boolean breaker,
    String httpHost,
    int httpPort) {
  private static final Duration WRITE_TIMEOUT_MARGIN = Duration.ofSeconds(5);
  private static final long MEBIBYTE = 1024 * 1024;
  private static final int MAX_BATCH = 10_000;

  // Settings of the gateway. One environment may hold the settings of both processes.
  private static final Set<String> OF_THE_GATEWAY =
      Set.of(
          "MQ_ENABLED",
          "MQ_TYPE",
          "MQ_PUBLISH_RETRIES",
          "MQ_LINGER_MS",
          "MQ_COMPRESSION",
          "MQ_BUFFER_BYTES",
          "MQ_DLQ_REJECTED");

  /** All settings of the worker. */
  public static final SettingsCatalogue<WorkerSettings> CATALOGUE =
      SettingsCatalogue.of("log-worker", WorkerSettings::read).ignoring(OF_THE_GATEWAY);

  // Reads in the order of the documentation and of --help.
  private static Supplier<WorkerSettings> read(SettingsReader settings) {
    Supplier<KafkaCluster> cluster = KafkaCluster.read(settings);
    Supplier<MongoSettings> mongo = CommonSettings.mongo(settings);
    Supplier<EncoderSettings> rules =
        CommonSettings.rules(settings, () -> EncoderSettings.DEFAULT_MAX_EVENTS);
    Supplier<LogSettings> log = LogSettings.read(settings);
    Supplier<WorkerKafkaSettings> kafka = WorkerKafkaSettings.read(settings, cluster);
    Supplier<BatchLimits> batches = batches(settings, () -> writeTimeout(mongo.get().timeout()));
    SettingValue<CircuitBreakerMode> breaker =
        settings
            .read("MQ_DLQ_BRAKE", choice(CircuitBreakerMode.class))
            .flag("--dlq-brake")
            .byDefault("on")
            .means(
                "Dead-letter circuit breaker. It pauses consumption when more than half of a"
                    + " minute's records, and at least 1000, are dead letters.");
    SettingValue<String> httpHost =
        settings
            .read("WORKER_HTTP_HOST", text())
            .flag("--http-host")
            .byDefault("127.0.0.1")
            .means("Address for /health and /metrics. Both need no key and show no event.");
    SettingValue<Integer> httpPort =
        settings
            .read("WORKER_HTTP_PORT", integer(-1, 65_535))
            .flag("--http-port")
            .byDefault("8081")
            .means("Port for /health and /metrics. 0: any free port. -1: no port.");
    return () ->
        new WorkerSettings(
            log.get(),
            kafka.get(),
            mongo.get(),
            batches.get(),
            rules.get(),
            breaker.get() == CircuitBreakerMode.ON,
            httpHost.get(),
            httpPort.get());
  }

  private static Supplier<BatchLimits> batches(
      SettingsReader settings, Supplier<Duration> writeTimeout) {
    SettingValue<Integer> size =
        settings
            .read("MQ_BATCH_SIZE", integer(1, MAX_BATCH))
            .flag("--batch-size")
            .byDefault("100")
            .unit("events")
            .means(
                "Number of events that completes a batch. Set alone, it also sets"
                    + " MQ_BATCH_MAX_SIZE.");
    SettingValue<Duration> maxAge =
        settings
            .read("MQ_BATCH_TIMEOUT_MS", millis(Duration.ofMillis(1), Duration.ofMinutes(1)))
            .flag("--batch-timeout")
            .byDefault("1000")
            .unit("ms")
            .means(
                "Age of the first event at which a batch is written, even if the batch is not"
                    + " complete.");
    SettingValue<Integer> maxSize =
        settings
            .read("MQ_BATCH_MAX_SIZE", integer(1, MAX_BATCH))
            .flag("--batch-max-size")
            .byDefault("1000")
            .unit("events")
            .means(
                "Maximum number of events in a batch while more than MQ_BATCH_SIZE events"
                    + " wait. In a measurement, larger batches worked off a backlog 1.27 times as"
                    + " fast as batches of 100, for 0.87 of MongoDB's CPU time.");
    SettingValue<Long> maxBytes =
        settings
            .read("MQ_BATCH_MAX_BYTES", bytes(64 * 1024, 48 * MEBIBYTE))
            .flag("--batch-max-bytes")
            .byDefault("8MiB")
            .means("Size at which a batch is complete. A larger event is written alone.");
    SettingValue<Integer> inFlight =
        settings
            .read("MQ_BATCHES_IN_FLIGHT", integer(1, 16))
            .flag("--batches-in-flight")
            .byDefault("3")
            .unit("batches")
            .means("Maximum number of batches that are written at the same time.");
    SettingValue<Long> heldBytes =
        settings
            .read("MQ_HELD_MAX_BYTES", bytes(MEBIBYTE, 1024 * MEBIBYTE))
            .flag("--held-max-bytes")
            .byDefault("48MiB")
            .means(
                "Memory for events that are read and not stored yet. Polling pauses when it"
                    + " is full. The heap (-Xmx) should be at least 3.3 times as large.");

    settings.check(
        () -> {
          if (maxSize.isExplicit() && maxSize.get() < size.get()) {
            settings.reject(maxSize, "is less than MQ_BATCH_SIZE=" + size.get());
          }
        });
    return () -> {
      // A batch size without a maximum beside it is also the maximum.
      boolean isMaximum = size.isExplicit() && !maxSize.isExplicit();
      return new BatchLimits(
          size.get(),
          isMaximum ? size.get() : maxSize.get(),
          maxBytes.get(),
          maxAge.get(),
          inFlight.get(),
          heldBytes.get(),
          writeTimeout.get());
    };
  }

  // One write is an insert and a query for the duplicates, each limited by MongoDB's timeout.
  private static Duration writeTimeout(Duration mongoTimeout) {
    return mongoTimeout.multipliedBy(2).plus(WRITE_TIMEOUT_MARGIN);
  }
}
