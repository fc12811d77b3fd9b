package io.wideevents.stack;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A MongoDB to store events in: one that runs already, one of our own, or an in-memory substitute.
 *
 * <p>It accepts connections from construction to {@link #close}. The caller closes it.
 */
public sealed interface MongoServer extends AutoCloseable
    permits GivenMongoServer, InMemoryMongoServer, RestartableMongoServer {

  /** How long a given server may take to its first answer. */
  Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

  /** A connection string, without a database. */
  String uri();

  /** What this is, for a person: one line without a full stop. */
  String describe();

  /** Whether all data is gone once it is closed. */
  boolean temporary();

  /** Ends what was started, and only that. Idempotent. */
  @Override
  void close();

  /**
   * The first of these that is available: the server that {@code MONGODB_URI} names, a {@code
   * mongod} of our own ({@code MONGOD}, or on the {@code PATH}), the in-memory substitute.
   *
   * @param environment of the process
   * @param settings for a {@code mongod} of our own; a substitute uses only the port
   * @throws IllegalStateException if {@code MONGODB_URI} is no connection string or its server does
   *     not answer within {@link #ANSWER_TIMEOUT}, or a server of our own does not start
   */
  static MongoServer start(Map<String, String> environment, MongodSettings settings) {
    String given = environment.get("MONGODB_URI");
    if (given != null && !given.isBlank()) {
      return GivenMongoServer.answering(given, ANSWER_TIMEOUT);
    }
    return startOwn(environment, settings);
  }

  /**
   * As {@link #start}, but never the server that {@code MONGODB_URI} names.
   *
   * @param environment of the process
   * @param settings for a {@code mongod} of our own; a substitute uses only the port
   */
  static MongoServer startOwn(Map<String, String> environment, MongodSettings settings) {
    Optional<Path> binary = MongodBinary.find(environment);
    return binary.isPresent()
        ? MongodProcess.start(binary.get(), settings)
        : InMemoryMongoServer.start(settings.port());
  }
}
