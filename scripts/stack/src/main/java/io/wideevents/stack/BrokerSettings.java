package io.wideevents.stack;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link KafkaBroker} is set up.
 *
 * @param directory where its data and log live, created when absent and kept at the end; null for a
 *     temporary one
 * @param port of 127.0.0.1; 0 for any free one
 * @param properties broker properties that replace or add to ours
 * @param security asks clients for TLS and SCRAM-SHA-512; null for neither
 */
public record BrokerSettings(
    @Nullable Path directory,
    int port,
    Map<String, String> properties,
    @Nullable ServerSecurity security) {
  /** A temporary directory and any free port. */
  public static final BrokerSettings DEFAULT = new BrokerSettings(null, 0, Map.of());

  public BrokerSettings {
    properties = Map.copyOf(properties);
  }

  /** Without TLS and passwords. */
  public BrokerSettings(@Nullable Path directory, int port, Map<String, String> properties) {
    this(directory, port, properties, null);
  }

  public BrokerSettings withSecurity(ServerSecurity security) {
    return new BrokerSettings(directory, port, properties, security);
  }

  public BrokerSettings withDirectory(Path directory) {
    return new BrokerSettings(directory, port, properties, security);
  }

  public BrokerSettings withPort(int port) {
    return new BrokerSettings(directory, port, properties, security);
  }

  public BrokerSettings withProperties(Map<String, String> properties) {
    return new BrokerSettings(directory, port, properties, security);
  }
}
