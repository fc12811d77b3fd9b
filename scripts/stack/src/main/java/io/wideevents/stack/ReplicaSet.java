package io.wideevents.stack;

import com.mongodb.MongoCommandException;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import java.time.Duration;
import java.util.List;
import org.bson.Document;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Makes a fresh {@code mongod} the primary of a replica set of one: retryable writes and majority
 * acknowledgement need a replica set.
 */
final class ReplicaSet {
  static final String NAME = "rs0";

  // The server's codes for "no configuration yet" and "a configuration that does not name me".
  private static final int NOT_YET_INITIALIZED = 94;
  private static final int INVALID_CONFIGURATION = 93;
  private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

  private final int port;

  ReplicaSet(int port) {
    this.port = port;
  }

  /**
   * Blocks until the server takes writes.
   *
   * @throws IllegalStateException if it does not within {@code timeout}
   */
  void awaitPrimary(Duration timeout) {
    String address = "mongodb://127.0.0.1:%d/?directConnection=true".formatted(port);
    try (MongoClient client = MongoClients.create(address)) {
      configure(client)
          .then(run(client, new Document("hello", 1)))
          .filter(hello -> hello.getBoolean("isWritablePrimary", false))
          .repeatWhenEmpty(polls -> polls.delayElements(POLL_INTERVAL))
          .retryWhen(Retry.fixedDelay(Long.MAX_VALUE, POLL_INTERVAL))
          .block(timeout);
    }
  }

  private Mono<Document> configure(MongoClient client) {
    return run(client, new Document("replSetGetStatus", 1))
        .onErrorResume(
            MongoCommandException.class,
            e ->
                switch (e.getErrorCode()) {
                  case NOT_YET_INITIALIZED ->
                      run(client, new Document("replSetInitiate", configuration(1)));
                  // Data that was kept, on another port than last time.
                  case INVALID_CONFIGURATION -> reconfigure(client);
                  default -> Mono.error(e);
                });
  }

  private Mono<Document> reconfigure(MongoClient client) {
    return run(client, new Document("replSetGetConfig", 1))
        .map(reply -> reply.get("config", Document.class).getInteger("version"))
        .flatMap(
            version ->
                run(
                    client,
                    new Document("replSetReconfig", configuration(version + 1))
                        .append("force", true)));
  }

  private Document configuration(int version) {
    Document member = new Document("_id", 0).append("host", "127.0.0.1:" + port);
    return new Document("_id", NAME).append("version", version).append("members", List.of(member));
  }

  private static Mono<Document> run(MongoClient client, Document command) {
    return Mono.from(client.getDatabase("admin").runCommand(command));
  }
}
