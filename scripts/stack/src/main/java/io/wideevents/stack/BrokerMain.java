package io.wideevents.stack;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.utils.Time;

/**
 * The child process of {@link KafkaBroker}: formats the data directory unless that was done before,
 * then runs the broker, all in one JVM. It shares no class path with the pipeline.
 */
final class BrokerMain {
  /** What it prints once clients can produce and consume. */
  static final String READY = "Broker is ready";

  // Always the same, so that a directory that was kept is recognised by a later start.
  private static final String CLUSTER_ID = "d2lkZS1ldmVudHMtMDAwMQ";

  private BrokerMain() {}

  /**
   * Takes the path of a properties file and, after it, the first users as StorageTool wants them;
   * ends with the broker.
   */
  public static void main(String[] arguments) throws IOException {
    String file = arguments[0];
    List<String> format =
        new ArrayList<>(List.of("format", "--ignore-formatted", "-t", CLUSTER_ID, "-c", file));
    for (int i = 1; i < arguments.length; i++) {
      format.addAll(List.of("--add-scram", arguments[i]));
    }
    int formatted = StorageTool.execute(format.toArray(String[]::new), System.out);
    if (formatted != 0) {
      System.exit(formatted);
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(Path.of(file))) {
      properties.load(reader);
    }
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties), Time.SYSTEM);
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "broker-shutdown"));
    server.startup();
    System.out.println(READY);
    server.awaitShutdown();
  }
}
