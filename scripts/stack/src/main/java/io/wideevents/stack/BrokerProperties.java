package io.wideevents.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** The settings of a broker that is its own controller: a cluster of one node. */
final class BrokerProperties {
  private static final String HOST = "127.0.0.1";

  // The defaults are three replicas. A single broker would wait for two replicas that do not exist.
  private static final Map<String, String> ONE_NODE =
      Map.of(
          "process.roles", "broker,controller",
          "node.id", "1",
          "offsets.topic.replication.factor", "1",
          "transaction.state.log.replication.factor", "1",
          "transaction.state.log.min.isr", "1",
          "share.coordinator.state.topic.replication.factor", "1",
          "share.coordinator.state.topic.min.isr", "1");

  // Each partition is a directory with its own files. A test waits until the broker has made them.
  private static final Map<String, String> FEW_PARTITIONS =
      Map.of(
          "offsets.topic.num.partitions", "4",
          "transaction.state.log.num.partitions", "2",
          "share.coordinator.state.topic.num.partitions", "1");

  private static final Map<String, String> LITTLE_WAITING =
      Map.of(
          // Consumers of a test join one by one; waiting for the next one has no benefit.
          "group.initial.rebalance.delay.ms", "0",
          // A test detects a killed consumer earlier than with the default of 6 s.
          "group.min.session.timeout.ms", "1000",
          // A killed broker may register again only after its old session has ended.
          "broker.session.timeout.ms", "4000",
          "broker.heartbeat.interval.ms", "500");

  private static final Map<String, String> LITTLE_WORK =
      Map.of(
          "num.network.threads", "2",
          "num.io.threads", "4",
          // An idle controller writes a record every 500 ms by default, a quarter of its work.
          "metadata.max.idle.interval.ms", "0",
          // Log cleaning takes 128 MiB by default, a quarter of the heap, and has nothing to do.
          "log.cleaner.dedupe.buffer.size", "4194304");

  private BrokerProperties() {}

  /**
   * Writes the settings to a file.
   *
   * @param data where the broker keeps its logs
   * @param settings of the caller, which extend or override the settings of this class
   * @throws UncheckedIOException if the file cannot be written
   */
  static void write(Path file, Path data, int port, int controllerPort, BrokerSettings settings) {
    Properties properties = new Properties();
    properties.putAll(ONE_NODE);
    properties.putAll(FEW_PARTITIONS);
    properties.putAll(LITTLE_WAITING);
    properties.putAll(LITTLE_WORK);
    properties.putAll(
        Map.of(
            "log.dirs",
            data.toString(),
            "listeners",
            "PLAINTEXT://%1$s:%2$d,CONTROLLER://%1$s:%3$d".formatted(HOST, port, controllerPort),
            "listener.security.protocol.map",
            "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "controller.listener.names",
            "CONTROLLER",
            "controller.quorum.voters",
            "1@%s:%d".formatted(HOST, controllerPort)));
    ServerSecurity security = settings.security();
    if (security != null) {
      properties.putAll(secured(port, controllerPort, security));
    }
    properties.putAll(settings.properties());
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, null);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file, e);
    }
  }

  private static Map<String, String> secured(
      int port, int controllerPort, ServerSecurity security) {
    String login = security.scramLogin(security.password());
    return Map.ofEntries(
        Map.entry(
            "listeners",
            "SASL_SSL://%1$s:%2$d,CONTROLLER://%1$s:%3$d".formatted(HOST, port, controllerPort)),
        Map.entry("listener.security.protocol.map", "SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT"),
        Map.entry("inter.broker.listener.name", "SASL_SSL"),
        Map.entry("sasl.enabled.mechanisms", "SCRAM-SHA-512"),
        Map.entry("sasl.mechanism.inter.broker.protocol", "SCRAM-SHA-512"),
        Map.entry("listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config", login),
        Map.entry("ssl.keystore.type", "PKCS12"),
        Map.entry("ssl.keystore.location", security.server().keyStore().toString()),
        Map.entry("ssl.keystore.password", TestAuthority.STORE_PASSWORD),
        Map.entry("ssl.key.password", TestAuthority.STORE_PASSWORD),
        Map.entry("ssl.truststore.type", "PKCS12"),
        Map.entry("ssl.truststore.location", security.authority().trustStore().toString()),
        Map.entry("ssl.truststore.password", TestAuthority.STORE_PASSWORD));
  }
}
