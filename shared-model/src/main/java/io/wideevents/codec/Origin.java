package io.wideevents.codec;

/** Where an event's text comes from, which decides what is still to be done to it. */
enum Origin {
  /** Posted to the gateway: every rule applies, our own fields are still to be added. */
  CLIENT,
  /** A Kafka record of another producer: as posted, but without a gateway that answered for it. */
  OTHER_PRODUCER,
  /** A Kafka record of the gateway: accepted, redacted, summarised; only MongoDB's limits apply. */
  GATEWAY
}
