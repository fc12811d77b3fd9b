package io.wideevents.toolbox.pipeline;

import io.wideevents.stack.ChildProcess;
import io.wideevents.stack.TestStack;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The pipeline of one test: its own topics, group and database, and processes that use them.
 *
 * @param directory for logs and spool
 */
public record TestPipeline(Map<String, String> settings, Path directory) {
  private static final ProjectHome HOME = ProjectHome.find();

  /** A pipeline on the broker and the MongoDB that all tests share. */
  public static TestPipeline shared(Class<?> test, Path directory) {
    return on(TestStack.kafka(), TestStack.mongo(), TestStack.newDatabase(test), test, directory);
  }

  public static TestPipeline on(
      String broker, String mongodbUri, String database, Class<?> test, Path directory) {
    String topic = TestStack.uniqueName(test);
    return new TestPipeline(
        Map.of(
            "KAFKA_BROKER", broker,
            "MONGODB_URI", mongodbUri,
            "MONGODB_DATABASE", database,
            "KAFKA_LOG_TOPIC", topic,
            "MQ_DLQ_TOPIC", topic + ".dlq",
            "KAFKA_CONSUMER_GROUP", topic,
            "SPOOL_DIR", directory.resolve("spool").toString()),
        directory);
  }

  public TestPipeline with(String name, String value) {
    Map<String, String> more = new HashMap<>(settings);
    more.put(name, value);
    return new TestPipeline(Map.copyOf(more), directory);
  }

  public GatewayProcess startGateway() {
    return GatewayProcess.start(HOME, settings, directory.resolve("api-gateway.log"));
  }

  public WorkerProcess startWorker() {
    return WorkerProcess.start(HOME, settings, directory.resolve("log-worker.log"));
  }

  /** One of several workers, with its own log. */
  WorkerProcess startWorker(String name) {
    return WorkerProcess.start(HOME, settings, directory.resolve(name + ".log"));
  }

  /** Starts a command of the worker with these settings. Does not wait for its end. */
  ChildProcess command(String... arguments) {
    Path log = directory.resolve("command-%s.log".formatted(UUID.randomUUID()));
    return HOME.start("log-worker", List.of(arguments), settings, log);
  }

  /** The topic of the events. */
  public TopicView topic() {
    return new TopicView(setting("KAFKA_BROKER"), setting("KAFKA_LOG_TOPIC"));
  }

  /** The topic of the dead letters. */
  TopicView deadLetters() {
    return new TopicView(setting("KAFKA_BROKER"), setting("MQ_DLQ_TOPIC"));
  }

  RecordProducer producer() {
    return new RecordProducer(setting("KAFKA_BROKER"), setting("KAFKA_LOG_TOPIC"));
  }

  public String group() {
    return setting("KAFKA_CONSUMER_GROUP");
  }

  public StoredEvents stored() {
    return new StoredEvents(setting("MONGODB_URI"), setting("MONGODB_DATABASE"));
  }

  private String setting(String name) {
    String value = settings.get(name);
    if (value == null) {
      throw new IllegalArgumentException(name + " is not set");
    }
    return value;
  }
}
