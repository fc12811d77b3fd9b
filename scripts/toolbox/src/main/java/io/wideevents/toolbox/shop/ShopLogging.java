package io.wideevents.toolbox.shop;

import io.wideevents.inprocess.WideEvents;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.LoggingSettings;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The shop's logging, in one of the modes.
 *
 * @param service empty when the shop does not log
 * @param closing closes it
 */
record ShopLogging(Optional<LoggingService> service, Runnable closing) implements AutoCloseable {
  private static final String SERVICE = "shop";

  /**
   * Starts the logging. Kafka and MongoDB may be down.
   *
   * @param environment the settings of the api-gateway
   */
  static ShopLogging start(LogMode mode, Map<String, String> environment) {
    return switch (mode) {
      case NONE -> new ShopLogging(Optional.empty(), () -> {});
      case MONGODB -> {
        SynchronousMongo mongo = new SynchronousMongo(environment);
        LoggingService service =
            LoggingService.waiting(
                LoggingSettings.of(SERVICE), mongo, mongo, mongo, InstantSource.system());
        yield new ShopLogging(
            Optional.of(service),
            () -> {
              service.close();
              mongo.close();
            });
      }
      case KAFKA -> {
        Map<String, String> enabled = new HashMap<>(environment);
        enabled.put("MQ_ENABLED", "true");
        // The default spool may belong to a gateway that was started in the same directory.
        enabled.putIfAbsent("SPOOL_DIR", "shop-spool");
        WideEvents events = WideEvents.start(SERVICE, enabled);
        yield new ShopLogging(Optional.of(events.logging()), events::close);
      }
    };
  }

  /** Describes the events that close has not delivered. */
  String leftovers() {
    return service
        .map(logging -> logging.stats().inFlight() + " events in flight")
        .orElse("requests under way");
  }

  @Override
  public void close() {
    closing.run();
  }
}
