package io.wideevents.stack;

import java.util.Map;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/** A Kafka broker in a container, as the broker of the tests is set up elsewhere. */
final class ContainerKafka implements AutoCloseable {
  // As in docker/docker-compose.yml.
  private static final String IMAGE = "apache/kafka:4.1.0";

  private final String image;
  private final KafkaContainer container;

  private ContainerKafka(String image, KafkaContainer container) {
    this.image = image;
    this.container = container;
  }

  /**
   * Starts one and blocks until it is ready; the first time its image is fetched.
   *
   * @throws RuntimeException of Testcontainers if that fails
   */
  static ContainerKafka start(Map<String, String> environment) {
    String image = environment.getOrDefault("TEST_KAFKA_IMAGE", IMAGE);
    KafkaContainer container =
        new KafkaContainer(DockerImageName.parse(image).asCompatibleSubstituteFor("apache/kafka"))
            .withEnv("KAFKA_HEAP_OPTS", "-Xmx512m")
            .withEnv("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0")
            // Lets a test notice a killed consumer sooner than the default's 6 s.
            .withEnv("KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS", "1000");
    return new ContainerKafka(image, BoundedContainer.start(container));
  }

  String bootstrapServers() {
    return container.getBootstrapServers();
  }

  String describe() {
    return "a container of " + image;
  }

  @Override
  public void close() {
    container.close();
  }
}
