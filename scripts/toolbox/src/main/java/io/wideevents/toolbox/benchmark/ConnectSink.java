package io.wideevents.toolbox.benchmark;

import io.wideevents.stack.ChildProcess;
import io.wideevents.toolbox.pipeline.ProjectHome;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * The MongoDB sink connector on Kafka Connect, in standalone mode with one task, and with the heap
 * of Kafka's own launcher. Its jars are not part of the build.
 */
final class ConnectSink {
  /** The command that downloads the jars. */
  static final String DOWNLOAD = "./mvnw -f scripts/toolbox/connect/pom.xml package";

  private static final String MAIN = "org.apache.kafka.connect.cli.ConnectStandalone";
  private static final String STRATEGIES = "com.mongodb.kafka.connect.sink.";
  private static final String STRING_CONVERTER = "org.apache.kafka.connect.storage.StringConverter";

  private final Servers servers;

  /** How the connector writes. */
  enum Mode {
    /** Inserts. A redelivered event is stored twice. */
    PLAIN("InsertOneDefaultStrategy", "BsonOidStrategy"),

    /** Replaces by topic, partition and offset. A redelivered event is stored once. */
    IDEMPOTENT("ReplaceOneDefaultStrategy", "KafkaMetaDataStrategy");

    private final String write;
    private final String id;

    Mode(String write, String id) {
      this.write = write;
      this.id = id;
    }
  }

  ConnectSink(Servers servers) {
    this.servers = servers;
  }

  /** The directory with the jars, once {@link #DOWNLOAD} has run. */
  static Path jars() {
    return ProjectHome.find().path().resolve("scripts/toolbox/connect/target/lib");
  }

  /**
   * Starts the connector. Does not block.
   *
   * @param name of its group and database
   */
  ChildProcess start(Mode mode, String topic, String name) {
    Path directory = servers.directory();
    Map<String, String> worker =
        Map.ofEntries(
            Map.entry("bootstrap.servers", servers.brokers()),
            Map.entry("key.converter", STRING_CONVERTER),
            Map.entry("value.converter", STRING_CONVERTER),
            Map.entry("listeners", "http://127.0.0.1:0"),
            Map.entry(
                "offset.storage.file.filename", directory.resolve(name + ".offsets").toString()),
            // The benchmark reads the committed offsets. The default is a minute.
            Map.entry("offset.flush.interval.ms", "500"));
    Map<String, String> connector =
        Map.ofEntries(
            Map.entry("name", name),
            Map.entry("connector.class", "com.mongodb.kafka.connect.MongoSinkConnector"),
            Map.entry("topics", topic),
            Map.entry("connection.uri", servers.mongoUri()),
            Map.entry("database", name),
            Map.entry("collection", "wide_events"),
            Map.entry("writemodel.strategy", STRATEGIES + "writemodel.strategy." + mode.write),
            Map.entry("document.id.strategy", STRATEGIES + "processor.id.strategy." + mode.id),
            Map.entry("bulk.write.ordered", "false"),
            Map.entry("consumer.override.group.id", name),
            Map.entry("consumer.override.max.poll.records", "2000"));
    return servers.startReference(
        "kafka-connect",
        List.of("-Xms256m", "-Xmx2g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"),
        jars() + File.separator + "*",
        List.of(
            MAIN,
            write(directory.resolve(name + "-worker.properties"), worker),
            write(directory.resolve(name + "-connector.properties"), connector)));
  }

  private static String write(Path file, Map<String, String> settings) {
    Properties properties = new Properties();
    properties.putAll(settings);
    try (var out = Files.newBufferedWriter(file)) {
      properties.store(out, null);
      return file.toString();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file, e);
    }
  }
}
