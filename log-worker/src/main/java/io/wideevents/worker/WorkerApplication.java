package io.wideevents.worker;

import io.wideevents.codec.RecordDecoder;
import io.wideevents.metrics.MetricsPage;
import io.wideevents.mongo.CollectionSetup;
import io.wideevents.mongo.EventCollection;
import io.wideevents.mongo.MongoBatchWriter;
import io.wideevents.mongo.MongoConnection;
import io.wideevents.mongo.RetentionChange;
import io.wideevents.process.CommandFailedException;
import io.wideevents.process.ExitCode;
import io.wideevents.time.Backoff;
import io.wideevents.time.Clocks;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Timing;
import io.wideevents.worker.batch.BatchPipeline;
import io.wideevents.worker.batch.CompletionQueue;
import io.wideevents.worker.batch.RecordIntake;
import io.wideevents.worker.config.WorkerSettings;
import io.wideevents.worker.consume.BatchLog;
import io.wideevents.worker.consume.ConsumerStatus;
import io.wideevents.worker.consume.MqConsumerService;
import io.wideevents.worker.consume.RecordPath;
import io.wideevents.worker.consume.SessionParts;
import io.wideevents.worker.consume.Subscription;
import io.wideevents.worker.deadletter.DeadLetterCircuitBreaker;
import io.wideevents.worker.deadletter.DeadLetterSink;
import io.wideevents.worker.deadletter.KafkaDeadLetterSink;
import io.wideevents.worker.http.HealthCheck;
import io.wideevents.worker.http.StatusGauges;
import io.wideevents.worker.http.WorkerHttpServer;
import io.wideevents.worker.kafka.AdminTopicIds;
import io.wideevents.worker.kafka.WorkerKafka;
import io.wideevents.worker.metrics.WorkerMetrics;
import java.io.IOException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * Builds the parts of the worker, starts them in order, and closes them in reverse order.
 *
 * <p>{@link #start} succeeds while Kafka and MongoDB are down; work begins when they are available.
 * {@link #close} blocks for less than eight seconds, whatever is down. Records that are not stored
 * by then are not committed.
 */
public final class WorkerApplication implements AutoCloseable {
  private static final String APPLICATION_NAME = "log-worker";
  private static final Duration PING_TIMEOUT = Duration.ofSeconds(1);

  /** Time limit for closing all parts. The time limit of {@code RunCommand} is longer. */
  static final Duration CLOSE_BOUND = Duration.ofMillis(7_300);

  // Together with MqConsumerService.CLOSE, these limits add up to CLOSE_BOUND. Every part gets its
  // time even if every part hangs.
  static final Duration DEAD_LETTERS_CLOSE = Duration.ofMillis(900);
  static final Duration MONGO_CLOSE = Duration.ofMillis(200);
  static final Duration HTTP_CLOSE = Duration.ofMillis(200);

  private final MetricsPage page = new MetricsPage(WorkerApplication.class);
  private final MongoConnection mongo;
  private final CollectionSetup setup;
  private final MongoBatchWriter writer;
  private final DeadLetterSink deadLetters;
  private final AdminTopicIds topicIds;
  private final MqConsumerService consumer;
  private final HealthCheck health;
  private final Optional<WorkerHttpServer> http;

  public WorkerApplication(WorkerSettings settings) {
    InstantSource clock = InstantSource.system();
    LongSupplier nanoClock = System::nanoTime;
    Backoff backoff = Backoff.standard();
    WorkerMetrics metrics = new WorkerMetrics(page.registry());
    WorkerKafka kafka = new WorkerKafka(settings.kafka());
    CompletionQueue completions = new CompletionQueue();
    BatchLog batchLog = new BatchLog(nanoClock);
    mongo = new MongoConnection(settings.mongo(), APPLICATION_NAME);
    setup = new CollectionSetup(new EventCollection(mongo), RetentionChange.LENGTHEN);
    writer = new MongoBatchWriter(mongo);
    deadLetters =
        new KafkaDeadLetterSink(
            kafka.deadLetterProducers(),
            new KafkaDeadLetterSink.Settings(
                settings.kafka().brokers(), settings.kafka().deadLetters().name()),
            metrics::deadLetterCut,
            Timing.system());
    BatchPipeline pipeline =
        new BatchPipeline(
            settings.batches(),
            new BatchPipeline.Destinations(
                writer,
                deadLetters,
                new DeadLetterCircuitBreaker(settings.breaker(), nanoClock),
                completions),
            new BatchPipeline.Reports(metrics, batchLog::completed),
            backoff,
            new Clocks(clock, nanoClock));
    topicIds = new AdminTopicIds(kafka::newAdmin);
    consumer =
        new MqConsumerService(
            new SessionParts(
                kafka,
                topicIds,
                new RecordPath(
                    new RecordIntake(new RecordDecoder(settings.rules(), clock), nanoClock),
                    pipeline,
                    completions),
                metrics,
                new Clocks(clock, nanoClock)),
            new Subscription(settings.kafka().events().name(), settings.kafka().group()),
            batchLog,
            backoff);
    health =
        new HealthCheck(
            consumer::status, kafka::isConnected, mongoPing(), this::warnings, nanoClock);
    http = httpServer(settings);
  }

  /** Starts every part. Does not block. */
  public void start() {
    http.ifPresent(WorkerHttpServer::start);
    setup.start();
    consumer.start();
  }

  /** The status that the polling thread published last. */
  public ConsumerStatus status() {
    return consumer.status();
  }

  /** Describes the work that would be lost if the process ended now, for the last log line. */
  String leftovers() {
    return status().pipeline().heldRecords()
        + " records read and not committed; they are read again";
  }

  @Override
  public void close() {
    health.stopping();
    ClosingSequence closing = new ClosingSequence(new ClosingTime(CLOSE_BOUND));
    Duration later = DEAD_LETTERS_CLOSE.plus(MONGO_CLOSE).plus(HTTP_CLOSE);
    closing.close("consumer", MqConsumerService.CLOSE, later, consumer::close);
    later = later.minus(DEAD_LETTERS_CLOSE);
    closing.close("dead-letters", DEAD_LETTERS_CLOSE, later, deadLetters::close);
    later = later.minus(MONGO_CLOSE);
    closing.close(
        "mongo",
        MONGO_CLOSE,
        later,
        () -> {
          topicIds.close();
          setup.close();
          mongo.close();
        });
    closing.close(
        "http",
        HTTP_CLOSE,
        Duration.ZERO,
        () -> {
          http.ifPresent(WorkerHttpServer::close);
          page.close();
        });
  }

  /** The port of health and metrics; empty when HTTP is disabled. */
  OptionalInt httpPort() {
    return http.map(server -> OptionalInt.of(server.port())).orElse(OptionalInt.empty());
  }

  private Optional<WorkerHttpServer> httpServer(WorkerSettings settings) {
    if (settings.httpPort() < 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new WorkerHttpServer(
              settings.httpHost(),
              settings.httpPort(),
              health,
              page,
              new StatusGauges(page.registry(), consumer::status)));
    } catch (IOException | UnresolvedAddressException e) {
      throw new CommandFailedException(
          ExitCode.CONFIGURATION,
          "Cannot listen on %s:%d: %s; set WORKER_HTTP_PORT to a free port, 0 for any, -1 for none"
              .formatted(settings.httpHost(), settings.httpPort(), e.getMessage()),
          e);
    }
  }

  private HealthCheck.MongoPing mongoPing() {
    return new HealthCheck.MongoPing() {
      @Override
      public boolean answers() {
        return mongoAnswers();
      }

      @Override
      public Optional<String> unavailability() {
        return writer.unavailability();
      }
    };
  }

  private List<String> warnings() {
    return setup.differences().stream()
        .map(difference -> difference.message() + "; " + difference.fix())
        .toList();
  }

  private boolean mongoAnswers() {
    try {
      mongo.ping().get(PING_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException | TimeoutException e) {
      return false; // no answer means that MongoDB is unavailable
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
