package io.wideevents.stack;

import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * The broker and the MongoDB that all tests of a JVM share, started when first asked for and ended
 * with the JVM: a test keeps to topics and databases with names of its own.
 *
 * <p>{@code KAFKA_BROKER} and {@code MONGODB_URI} of the environment are used when given. A test
 * that breaks a server takes one of its own: {@link KafkaBroker#startOwn}, {@link #startOwnMongod}.
 *
 * <p>Safe for concurrent use.
 */
public final class TestStack {
  private static final Duration DROP_TIMEOUT = Duration.ofSeconds(10);
  private static final TestStack SHARED = new TestStack(System.getenv());

  private final Map<String, String> environment;
  private final List<String> databases = new ArrayList<>();
  private @Nullable KafkaBroker broker;
  private @Nullable MongoServer mongo;

  private TestStack(Map<String, String> environment) {
    this.environment = environment;
    Runtime.getRuntime().addShutdownHook(new Thread(this::dropDatabases, "drop-test-databases"));
  }

  /** The bootstrap servers of the shared broker. Blocks for seconds when called first. */
  public static String kafka() {
    return SHARED.sharedKafka();
  }

  /** The connection string of the shared MongoDB. Blocks for seconds when called first. */
  public static String mongo() {
    return SHARED.sharedMongo();
  }

  /** A name for a topic, a group or a directory that no other test uses. */
  public static String uniqueName(Class<?> test) {
    return "%s-%08x"
        .formatted(
            test.getSimpleName().toLowerCase(Locale.ROOT), ThreadLocalRandom.current().nextInt());
  }

  /** A name for a database of the shared MongoDB; it is dropped at the end of the JVM. */
  public static String newDatabase(Class<?> test) {
    return SHARED.registerDatabase(uniqueName(test));
  }

  /**
   * A running mongod of the caller's own, with temporary data and test commands; empty when there
   * is no program {@code mongod}, and only then may a test that needs to break MongoDB be skipped.
   */
  public static Optional<MongodProcess> startOwnMongod() {
    return MongodBinary.find(SHARED.environment)
        .map(binary -> MongodProcess.start(binary, new MongodSettings(null, 0, true)));
  }

  private synchronized String sharedKafka() {
    String given = environment.getOrDefault("KAFKA_BROKER", "");
    if (!given.isBlank()) {
      return given;
    }
    if (broker == null) {
      broker = KafkaBroker.startOwn();
    }
    return broker.bootstrapServers();
  }

  private synchronized String sharedMongo() {
    if (mongo == null) {
      mongo = MongoServer.start(environment, MongodSettings.DEFAULT);
    }
    return mongo.uri();
  }

  private synchronized String registerDatabase(String name) {
    databases.add(name);
    return name;
  }

  // Servers of our own end, with their data, by themselves.
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
