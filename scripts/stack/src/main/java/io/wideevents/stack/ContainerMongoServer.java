package io.wideevents.stack;

import java.util.Map;
import org.testcontainers.mongodb.MongoDBContainer;
import org.testcontainers.utility.DockerImageName;

/** A MongoDB in a container: a replica set of one. */
final class ContainerMongoServer implements MongoServer {
  // As in docker/docker-compose.yml, but without search, which takes half a minute to start.
  private static final String IMAGE = "mongo:8.0";

  private final String image;
  private final MongoDBContainer container;

  private ContainerMongoServer(String image, MongoDBContainer container) {
    this.image = image;
    this.container = container;
  }

  /**
   * Starts one and blocks until it takes writes; the first time its image is fetched.
   *
   * @throws RuntimeException of Testcontainers if that fails
   */
  static ContainerMongoServer start(Map<String, String> environment) {
    String image = environment.getOrDefault("TEST_MONGODB_IMAGE", IMAGE);
    MongoDBContainer container =
        new MongoDBContainer(DockerImageName.parse(image).asCompatibleSubstituteFor("mongo"))
            .withReplicaSet();
    return new ContainerMongoServer(image, BoundedContainer.start(container));
  }

  // The set's member is known by a name that only containers resolve.
  @Override
  public String uri() {
    return container.getConnectionString() + "/?directConnection=true";
  }

  @Override
  public String describe() {
    return "a container of " + image;
  }

  @Override
  public boolean temporary() {
    return true;
  }

  @Override
  public void close() {
    container.close();
  }
}
