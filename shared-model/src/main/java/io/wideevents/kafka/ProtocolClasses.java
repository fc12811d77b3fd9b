package io.wideevents.kafka;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * The classes of Kafka's protocol. The first connection to a broker needs more than 700 of them. A
 * process loads them while its other parts start. They are then also in the AOT cache, which a
 * launcher records without servers.
 */
public final class ProtocolClasses {
  private ProtocolClasses() {}

  /** Starts to load the classes. Does not block. */
  public static void load() {
    Thread.ofPlatform()
        .daemon()
        .name("kafka-classes")
        .start(
            () -> {
              // Each initializes an enum, which refers to the other classes.
              ApiKeys.PRODUCE.allVersions();
              Errors.NONE.code();
            });
  }
}
