package io.wideevents.inprocess;

import io.wideevents.codec.RecordDecoder;
import io.wideevents.config.SettingValues;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.kafka.KafkaSettings;
import io.wideevents.delivery.setup.Backends;
import io.wideevents.delivery.setup.DeliverySettings;
import io.wideevents.delivery.spool.EventSpool;
import io.wideevents.delivery.spool.SpoolLogger;
import io.wideevents.delivery.spool.SpoolReplayer;
import io.wideevents.delivery.tiers.TierStatus;
import io.wideevents.event.Tier;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.LoggingSettings;
import io.wideevents.mongo.RetentionChange;
import io.wideevents.process.NativeCodec;
import io.wideevents.time.ClosingTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The delivery chain inside a service, without a gateway: the service's events go to Kafka, else to
 * MongoDB, else to a spool on disk.
 *
 * <p>The start succeeds while Kafka or MongoDB is down. Only one process may use the spool's
 * directory ({@code SPOOL_DIR}). Safe for concurrent use. Close it after the service has answered
 * its last request. Closing takes less than six seconds even if Kafka and MongoDB are down.
 */
public final class WideEvents implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WideEvents.class);
  private static final Duration CLOSE_BOUND = Duration.ofSeconds(6);
  private static final Duration KEPT_FOR_SPOOL = Duration.ofSeconds(1);

  /**
   * How long closing waits for the spool, which stores each pending event before the tiers close.
   */
  private static final Duration HAND_OFF_BOUND = Duration.ofSeconds(4);

  private final ClosingTime closing;
  private final EventSpool spool;
  private final Backends backends;
  private final SpoolReplayer replayer;
  private final LoggingService logging;

  private WideEvents(DeliverySettings settings, LoggingSettings events, Wait wait) {
    InstantSource clock = InstantSource.system();
    closing = new ClosingTime(CLOSE_BOUND);
    spool =
        EventSpool.open(
            settings.spool(), new RecordDecoder(settings.rules(), clock), clock, closing);
    try {
      LoggerPort journal = new SpoolLogger(spool);
      backends =
          Backends.above(
              new SpoolLogger(spool),
              () -> TierStatus.of(Tier.SPOOL, TierStatus.State.UP),
              settings,
              RetentionChange.NONE,
              closing.keeping(KEPT_FOR_SPOOL));
      try {
        replayer =
            new SpoolReplayer(
                spool,
                backends.tiers(),
                backends.deadLetters(),
                settings.spool().replayEventsPerSecond());
        backends.delivery().onRecovery(replayer::wake);
        LoggerPort tiers = backends.delivery().live();
        LoggingSettings timed = events.timed(events.deliveryTimeout(), HAND_OFF_BOUND);
        logging =
            switch (wait) {
              case NOT_AT_ALL -> LoggingService.queued(timed, tiers, journal, clock);
              case FOR_THE_JOURNAL -> LoggingService.waiting(timed, journal, tiers, journal, clock);
            };
      } catch (Throwable e) {
        closeAfter(e, backends);
        throw e;
      }
    } catch (Throwable e) {
      closeAfter(e, spool);
      throw e;
    }
  }

  /** Closes a part after a failed start, so that the spool's directory does not stay locked. */
  private static void closeAfter(Throwable failure, AutoCloseable part) {
    try {
      part.close();
    } catch (Throwable e) {
      failure.addSuppressed(e);
    }
  }

  /** What must happen before a request is answered. */
  public enum Wait {
    /** Nothing. The event is queued. */
    NOT_AT_ALL,
    /** The event is on the spool's disk. */
    FOR_THE_JOURNAL
  }

  /**
   * Starts with settings from the environment. {@code LOGGING_JOURNAL} decides what requests wait
   * for. Ignores {@code LOG_LEVEL}, {@code LOG_FORMAT}, {@code MQ_TYPE}, {@code API_KEYS_FILE},
   * {@code LOGGING_OWN_REQUESTS} and every name that begins with {@code HTTP_}.
   *
   * @param service the service's name in its events
   * @param environment environment variables
   * @throws io.wideevents.config.InvalidSettingsException with all invalid settings
   * @throws io.wideevents.delivery.spool.SpoolUnavailableException if the spool's directory is in
   *     use or cannot be written
   */
  public static WideEvents start(String service, Map<String, String> environment) {
    LibrarySettings settings = read(service, environment);
    return start(
        settings.delivery(),
        settings.logging(),
        settings.isJournal() ? Wait.FOR_THE_JOURNAL : Wait.NOT_AT_ALL);
  }

  /**
   * Starts with settings from the environment, except {@code LOGGING_JOURNAL}.
   *
   * @param wait what requests wait for
   */
  public static WideEvents start(String service, Map<String, String> environment, Wait wait) {
    LibrarySettings settings = read(service, environment);
    return start(settings.delivery(), settings.logging(), wait);
  }

  private static LibrarySettings read(String service, Map<String, String> environment) {
    SettingValues<LibrarySettings> values =
        LibrarySettings.catalogue(service).resolve(Map.of(), environment);
    values.warnings().forEach(log::warn);
    LibrarySettings settings = values.settings();
    boolean compresses =
        settings
            .delivery()
            .kafka()
            .filter(kafka -> kafka.compression() == KafkaSettings.Compression.ZSTD)
            .isPresent();
    if (compresses) {
      // Without the codec, Kafka gets no events and MongoDB gets all of them. That is no reason to
      // fail the service.
      NativeCodec.ZSTD
          .problem()
          .ifPresent(problem -> log.warn("{}; {}", problem, NativeCodec.ZSTD.fix()));
    }
    return settings;
  }

  static WideEvents start(DeliverySettings settings, LoggingSettings events, Wait wait) {
    WideEvents started = new WideEvents(settings, events, wait);
    try {
      started.backends.start();
      started.replayer.start();
      return started;
    } catch (Throwable e) {
      closeAfter(e, started);
      throw e;
    }
  }

  /** The service that begins and finalizes the events of requests. */
  public LoggingService logging() {
    return logging;
  }

  /**
   * Delivers the accepted events and closes all parts, in less than six seconds. Events that Kafka
   * or MongoDB has not acknowledged after half a second are written to the spool before the
   * connections are closed. When this method returns, each event is durable in Kafka, MongoDB or
   * the spool, unless the spool failed; lost events are counted and logged. Idempotent. If the
   * thread is interrupted, the interrupt flag is cleared while the parts wait for their events, and
   * set again at the end.
   */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    try {
      closeParts();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void closeParts() {
    // Try-with-resources closes in reverse order, and closes each part even if another one throws.
    // Otherwise the spool's directory would stay locked until the host process ends.
    Part lost = logging::countLost;
    try (lost;
        spool;
        backends;
        replayer;
        logging) {
      closing.begin();
      replayer.stop();
    }
  }

  /** A resource whose close throws no checked exception. */
  private interface Part extends AutoCloseable {
    @Override
    void close();
  }
}
