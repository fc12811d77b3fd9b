package io.wideevents.stack;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A MongoDB for events: a running server, a {@code mongod} that this process starts, or an
 * in-memory substitute.
 *
 * <p>The server accepts connections from construction to {@link #close}. The caller closes this
 * object.
 */
public sealed interface MongoServer extends AutoCloseable
    permits GivenMongoServer, InMemoryMongoServer, RestartableMongoServer {

  /** How long a given server may take for its first answer. */
  Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

  /** A connection string, without a database. */
  String uri();

  /** One line about the server for people, without a full stop. */
  String describe();

  /** Whether it only speaks the protocol of MongoDB, without change streams and most operators. */
  default boolean isSubstitute() {
    return this instanceof InMemoryMongoServer;
  }

  /** Whether {@link #close} deletes all data. */
  boolean temporary();

  /** Ends the server if this object started it. Idempotent. */
  @Override
  void close();

  /**
   * Uses the first of these that is available: the server that {@code MONGODB_URI} names, a new
   * {@code mongod} process ({@code MONGOD}, or on the {@code PATH}), the in-memory substitute.
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
