package io.wideevents.toolbox.shop;

import java.util.Locale;

/** How the shop logs. */
enum LogMode {
  /** No logging: the baseline. */
  NONE,
  /**
   * Each request waits until MongoDB has stored its event: one insert, {@code w: majority, j:
   * true}.
   */
  MONGODB,
  /** The library with its defaults, {@code MQ_ENABLED=true}: queued, and published to Kafka. */
  KAFKA;

  /** The name on the command line and in results. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
