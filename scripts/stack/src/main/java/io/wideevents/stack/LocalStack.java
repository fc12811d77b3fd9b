package io.wideevents.stack;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A broker and a MongoDB that are started and ended together.
 *
 * @param broker runs
 * @param mongo takes connections
 */
public record LocalStack(KafkaBroker broker, MongoServer mongo) implements AutoCloseable {

  /**
   * Starts both at the same time and blocks until both are ready.
   *
   * @param environment where {@link MongoServer#start} looks for a server or a program
   * @throws IllegalStateException if one does not start; nothing runs then
   */
  public static LocalStack start(
      Map<String, String> environment, BrokerSettings broker, MongodSettings mongod) {
    KafkaBroker kafka = KafkaBroker.create(broker);
    CompletableFuture<Void> kafkaReady = CompletableFuture.runAsync(kafka::start);
    CompletableFuture<MongoServer> mongoReady =
        CompletableFuture.supplyAsync(() -> MongoServer.start(environment, mongod));
    try {
      CompletableFuture.allOf(kafkaReady, mongoReady).join();
      return new LocalStack(kafka, mongoReady.join());
    } catch (CompletionException e) {
      kafka.close();
      if (!mongoReady.isCompletedExceptionally()) {
        mongoReady.join().close();
      }
      throw failure(e.getCause() == null ? e : e.getCause());
    }
  }

  /**
   * Blocks until a process of the two has ended; tells which. A MongoDB that is none is left out.
   */
  ChildProcess awaitDeath() {
    CompletableFuture<ChildProcess> death = deathOf(broker.process());
    return mongo instanceof MongodProcess mongod
        ? death.applyToEither(deathOf(mongod.process()), first -> first).join()
        : death.join();
  }

  private static CompletableFuture<ChildProcess> deathOf(ChildProcess process) {
    return process.onExit().thenApply(exitCode -> process);
  }

  private static IllegalStateException failure(Throwable cause) {
    String message = cause.getMessage();
    return new IllegalStateException(message == null ? cause.toString() : message, cause);
  }

  @Override
  public void close() {
    try (broker) {
      mongo.close();
    }
  }
}
