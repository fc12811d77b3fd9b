package io.wideevents.stack;

import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * The broker and the MongoDB that all tests of a JVM share. They start when a test first needs
 * them, and end with the JVM. A test uses its own topics and databases.
 *
 * <p>Uses the servers that {@code KAFKA_BROKER} and {@code MONGODB_URI} name. Without these
 * variables it uses containers if a Docker engine answers, else a broker in a child JVM, and a
 * {@code mongod} or its substitute. {@code TEST_STACK}, or the system property {@code
 * wideevents.stack}, forces {@code given}, {@code containers} or {@code embedded}. The choice is
 * printed, and added to the file that {@code TEST_STACK_REPORT} names. A test that breaks a server
 * starts another one: {@link KafkaBroker#startOwn}, {@link #startOwnMongo}.
 *
 * <p>Safe for concurrent use.
 */
public final class TestStack {
  private static final Duration DROP_TIMEOUT = Duration.ofSeconds(10);
  private static final TestStack SHARED = new TestStack(System.getenv());

  private final Map<String, String> environment;
  private final ServerSource.Wish wish;
  private final StackReport report;
  private final List<String> databases = new ArrayList<>();
  private @Nullable String bootstrapServers;
  private @Nullable MongoServer mongo;
  private @Nullable Boolean engineAnswers;

  private TestStack(Map<String, String> environment) {
    this.environment = environment;
    this.wish = ServerSource.Wish.of(System.getProperties(), environment);
    this.report = StackReport.of(environment);
    Runtime.getRuntime().addShutdownHook(new Thread(this::dropDatabases, "drop-test-databases"));
  }

  /** The bootstrap servers of the shared broker. The first call blocks for seconds. */
  public static String kafka() {
    return SHARED.sharedKafka();
  }

  /** The connection string of the shared MongoDB. The first call blocks for seconds. */
  public static String mongo() {
    return SHARED.sharedMongo();
  }

  /**
   * Whether the shared MongoDB is a server and not the in-memory substitute, which lacks some
   * commands and rules of a server. Blocks as {@link #mongo} does.
   */
  public static boolean mongoIsServer() {
    return SHARED.sharedMongoIsServer();
  }

  /** A name for a topic, a group or a directory that no other test uses. */
  public static String uniqueName(Class<?> test) {
    return "%s-%08x"
        .formatted(
            test.getSimpleName().toLowerCase(Locale.ROOT), ThreadLocalRandom.current().nextInt());
  }

  /** A name for a database of the shared MongoDB. The database is dropped at the end of the JVM. */
  public static String newDatabase(Class<?> test) {
    return SHARED.registerDatabase(uniqueName(test));
  }

  /**
   * Starts a MongoDB for the caller alone, with temporary data and test commands. This is a {@code
   * mongod} process if the program exists and containers are not forced, else a container. Empty if
   * neither is available; only then a test that breaks MongoDB may be skipped.
   */
  public static Optional<RestartableMongoServer> startOwnMongo() {
    return SHARED.ownMongo();
  }

  private synchronized String sharedKafka() {
    if (bootstrapServers == null) {
      bootstrapServers =
          switch (choose("KAFKA_BROKER")) {
            case GIVEN -> {
              report.add("Kafka", "the broker of KAFKA_BROKER");
              yield environment.getOrDefault("KAFKA_BROKER", "");
            }
            case CONTAINERS ->
                orEmbedded("Kafka", this::startContainerKafka, this::startEmbeddedKafka);
            case EMBEDDED -> startEmbeddedKafka();
          };
    }
    return bootstrapServers;
  }

  private synchronized String sharedMongo() {
    if (mongo == null) {
      mongo =
          switch (choose("MONGODB_URI")) {
            case GIVEN -> MongoServer.start(environment, MongodSettings.DEFAULT);
            case CONTAINERS ->
                orEmbedded(
                    "MongoDB",
                    () -> ContainerMongoServer.start(environment),
                    this::startEmbeddedMongo);
            case EMBEDDED -> startEmbeddedMongo();
          };
      report.add("MongoDB", mongo.describe());
    }
    return mongo.uri();
  }

  private synchronized boolean sharedMongoIsServer() {
    sharedMongo();
    return !(mongo instanceof InMemoryMongoServer);
  }

  private synchronized Optional<RestartableMongoServer> ownMongo() {
    Optional<Path> binary = MongodBinary.find(environment);
    boolean container =
        wish.isAny()
            ? binary.isEmpty() && engineAnswers()
            : choose("MONGODB_URI") == ServerSource.CONTAINERS;
    if (container) {
      return orEmbedded(
          "MongoDB to break",
          () -> {
            ContainerMongoServer mongoDb = ContainerMongoServer.start(environment);
            report.add("MongoDB to break", mongoDb.describe());
            return Optional.of(mongoDb);
          },
          Optional::empty);
    }
    return binary.map(program -> MongodProcess.start(program, new MongodSettings(null, 0, true)));
  }

  private ServerSource choose(String addressSetting) {
    boolean given = !environment.getOrDefault(addressSetting, "").isBlank();
    return ServerSource.choose(wish, addressSetting, given, this::engineAnswers);
  }

  private boolean engineAnswers() {
    if (engineAnswers == null) {
      engineAnswers = DockerEngine.answers(environment);
    }
    return engineAnswers;
  }

  /** Uses the embedded server if the engine cannot get an image, unless containers were forced. */
  private <T> T orEmbedded(String what, Supplier<T> container, Supplier<T> embedded) {
    try {
      return container.get();
    } catch (RuntimeException e) {
      if (!wish.isAny()) {
        throw e;
      }
      report.add(what, "no container, although Docker answers (" + e.getMessage() + ")");
      engineAnswers = false;
      return embedded.get();
    }
  }

  // Testcontainers or the end of the JVM ends the container.
  private String startContainerKafka() {
    ContainerKafka kafka = ContainerKafka.start(environment);
    report.add("Kafka", kafka.describe());
    return kafka.bootstrapServers();
  }

  private String startEmbeddedKafka() {
    String servers = KafkaBroker.startOwn().bootstrapServers();
    report.add("Kafka", "a broker in a child JVM");
    return servers;
  }

  private MongoServer startEmbeddedMongo() {
    return MongoServer.startOwn(environment, MongodSettings.DEFAULT);
  }

  private synchronized String registerDatabase(String name) {
    databases.add(name);
    return name;
  }

  // Servers that this JVM started end with their data.
  private synchronized void dropDatabases() {
    if (mongo instanceof GivenMongoServer given && !databases.isEmpty()) {
      try (MongoClient client = MongoClients.create(given.uri())) {
        Flux.fromIterable(databases)
            .flatMap(name -> client.getDatabase(name).drop())
            .blockLast(DROP_TIMEOUT);
      }
    }
  }
}
