package io.wideevents.codec;

/** The source of an event's text, which decides how the text is processed. */
enum Origin {
  /** Posted to the gateway: every rule applies, and our own fields are added. */
  CLIENT,
  /**
   * A Kafka record of another producer: processed like a posted event, because no gateway has
   * checked it.
   */
  OTHER_PRODUCER,
  /** A Kafka record of the gateway: accepted, redacted, summarised; only MongoDB's limits apply. */
  GATEWAY
}
