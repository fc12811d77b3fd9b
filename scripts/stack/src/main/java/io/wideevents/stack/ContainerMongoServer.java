package io.wideevents.stack;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.exception.NotModifiedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.testcontainers.mongodb.MongoDBContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A MongoDB in a container: a replica set of one, with test commands. Its port on the engine's host
 * is chosen once, for a container that is started again would get another one.
 */
final class ContainerMongoServer implements RestartableMongoServer {
  // As in docker/docker-compose.yml, but without search, which takes half a minute to start.
  private static final String IMAGE = "mongo:8.0";
  private static final int MONGODB_PORT = 27017;
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);

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
    // After withReplicaSet, which sets its own command.
    container.setCommand("--replSet", "docker-rs", "--setParameter", "enableTestCommands=1");
    container.setPortBindings(List.of(FreePort.find() + ":" + MONGODB_PORT));
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
  public void start() {
    try {
      engine().startContainerCmd(id()).exec();
    } catch (NotModifiedException e) {
      throw new IllegalStateException(describe() + " runs already", e);
    }
    ReplicaSet.awaitPrimary(uri(), START_TIMEOUT);
  }

  @Override
  public void kill9() {
    engine().killContainerCmd(id()).withSignal("KILL").exec();
    engine().waitContainerCmd(id()).exec(new WaitContainerResultCallback()).awaitStatusCode();
  }

  @Override
  public void stop() {
    try {
      engine().stopContainerCmd(id()).withTimeout((int) STOP_TIMEOUT.toSeconds()).exec();
    } catch (NotModifiedException e) {
      // Not running, as it was meant to be.
    }
  }

  @Override
  public void pause() {
    engine().pauseContainerCmd(id()).exec();
  }

  @Override
  public void resume() {
    engine().unpauseContainerCmd(id()).exec();
  }

  @Override
  public void close() {
    container.close();
  }

  private DockerClient engine() {
    return container.getDockerClient();
  }

  private String id() {
    return Objects.requireNonNull(container.getContainerId(), "the container was closed");
  }
}
