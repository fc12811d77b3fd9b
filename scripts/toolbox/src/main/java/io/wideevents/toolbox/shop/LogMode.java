package io.wideevents.toolbox.shop;

import java.util.Locale;

/** How the shop logs. */
enum LogMode {
  /** Not at all: what the others are compared with. */
  NONE,
  /** Each request waits until MongoDB has its event: one insert, {@code w: majority, j: true}. */
  MONGODB,
  /** The library as it comes, {@code MQ_ENABLED=true}: handed off, published to Kafka. */
  KAFKA;

  /** The name on the command line and in results. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
