package io.wideevents.kafka;

import java.util.Map;

/**
 * How a process reaches Kafka. Immutable.
 *
 * @param brokers bootstrap servers: {@code host:port}, separated by commas
 * @param clientId the name of the process, unless {@code passedThrough} has a {@code client.id}
 * @param passedThrough properties of the user for each client, by Kafka's names
 */
public record KafkaAccess(String brokers, String clientId, Map<String, String> passedThrough) {
  public KafkaAccess {
    passedThrough = Map.copyOf(passedThrough);
  }
}
