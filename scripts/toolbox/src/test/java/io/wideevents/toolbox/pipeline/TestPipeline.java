package io.wideevents.toolbox.pipeline;

import io.wideevents.stack.TestStack;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The surroundings of one test: topics, group and database of its own, and processes that are
 * started on them as often as it likes.
 *
 * @param directory for logs and spool
 */
public record TestPipeline(Map<String, String> settings, Path directory) {
  private static final ProjectHome HOME = ProjectHome.find();

  /** On the broker and the MongoDB that all tests share. */
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
