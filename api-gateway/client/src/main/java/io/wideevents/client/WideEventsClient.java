package io.wideevents.client;

import io.wideevents.client.JournalLogger.WhenFull;
import io.wideevents.config.SettingValues;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.logging.LoggingService;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wide events of a service, delivered to a gateway over HTTP.
 *
 * <pre>{@code
 * WideEventsClient events = WideEventsClient.start("shop", System.getenv());
 * events.logging().call("job nightly", () -> LoggingContext.current().set("rows", 42));
 * events.close();
 * }</pre>
 *
 * <p>The start succeeds while the gateway is down. A request is never delayed and never fails
 * because of its event. Events wait in memory ({@code LOGGING_QUEUE_BYTES}), and with {@code
 * GATEWAY_JOURNAL_DIR} on disk, and are retried until the gateway has confirmed them. The gateway
 * stores an event once, however often it is sent. An event that is lost is counted with its reason,
 * in {@link #stats} or in {@link LoggingService#stats}, and logged.
 *
 * <p>Safe for concurrent use. All threads are daemons. Close it after the service has answered its
 * last request.
 */
public final class WideEventsClient implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WideEventsClient.class);

  /** Time that closing keeps for the journal, of which its writes need milliseconds. */
  private static final int JOURNAL_SHARE = 2;

  private final ClientCounters counters = new ClientCounters();
  private final Duration closeTimeout;
  private final GatewaySender sender;
  private final @Nullable JournalSender journal;
  private final LoggerPort port;
  private final LoggingService logging;

  private WideEventsClient(ClientSettings settings) {
    closeTimeout = settings.closeTimeout();
    sender = new GatewaySender(settings.gateway(), counters);
    try {
      journal =
          settings
              .journal()
              .map(place -> new JournalSender(Journal.open(place), sender))
              .orElse(null);
      InstantSource clock = InstantSource.system();
      if (journal == null) {
        port = new GatewayLogger(sender, settings.gateway().retryFor());
        logging = LoggingService.queued(settings.logging(), port, clock);
      } else {
        port = new JournalLogger(journal, WhenFull.WAIT);
        Duration toJournal = closeTimeout.dividedBy(JOURNAL_SHARE);
        var timed = settings.logging().timed(settings.logging().deliveryTimeout(), toJournal);
        logging =
            settings.waits()
                ? LoggingService.waiting(
                    timed, new JournalLogger(journal, WhenFull.GIVE_UP), port, clock)
                : LoggingService.queued(timed, port, clock);
        journal.start();
      }
    } catch (Throwable e) {
      sender.close();
      throw e;
    }
  }

  /**
   * Starts with settings from the environment; see docs/logging-in-a-service.md.
   *
   * @param service the service's name in its events
   * @param environment environment variables
   * @throws io.wideevents.config.InvalidSettingsException with all invalid settings
   * @throws java.io.UncheckedIOException if the journal's directory is in use or cannot be written
   */
  public static WideEventsClient start(String service, Map<String, String> environment) {
    SettingValues<ClientSettings> values =
        ClientSettings.catalogue(service).resolve(Map.of(), environment);
    values.warnings().forEach(log::warn);
    return start(values.settings());
  }

  static WideEventsClient start(ClientSettings settings) {
    return new WideEventsClient(settings);
  }

  /** The service that begins and finalizes the events of requests. */
  public LoggingService logging() {
    return logging;
  }

  /** The counters of the requests to the gateway so far. */
  public ClientStats stats() {
    return new ClientStats(
        counters.requests.sum(),
        counters.retries.sum(),
        counters.delivered.sum(),
        counters.rejected(),
        journal == null ? 0 : journal.pendingBytes(),
        journal == null ? 0 : journal.damagedBytes());
  }

  /**
   * Rejects further events, delivers the accepted ones and ends all threads, within {@code
   * GATEWAY_CLOSE_TIMEOUT}. A wait after a failure ends, {@code Retry-After} included. Without a
   * journal, events that the gateway has not confirmed by then are counted and logged as lost. With
   * a journal they are sent after the next start. Idempotent. An interrupt does not shorten the
   * wait.
   */
  @Override
  public void close() {
    Deadline end = Deadline.after(closeTimeout);
    sender.hurry();
    logging.close();
    if (journal != null) {
      journal.drain(end);
    }
    sender.close();
    port.close();
    logging.countLost();
  }
}
