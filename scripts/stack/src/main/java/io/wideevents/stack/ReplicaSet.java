package io.wideevents.stack;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoCommandException;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import java.time.Duration;
import java.util.List;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
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

  private static final int UNAUTHORIZED = 13;

  private final int port;
  private final @Nullable ServerSecurity security;

  /**
   * @param security as the server asks for it; its user is made if there is none yet
   */
  ReplicaSet(int port, @Nullable ServerSecurity security) {
    this.port = port;
    this.security = security;
  }

  /**
   * Blocks until the server takes writes.
   *
   * @throws IllegalStateException if it does not within {@code timeout}
   */
  void awaitPrimary(Duration timeout) {
    try (MongoClient client = MongoClients.create(clientSettings())) {
      untilWritable(configure(client).then(hello(client))).block(timeout);
      ServerSecurity secured = security;
      if (secured != null) {
        createUser(client, secured).block(timeout);
      }
    }
  }

  /**
   * Blocks until a member of a set that is set up already takes writes.
   *
   * @param uri of that member alone
   * @throws IllegalStateException if it does not within {@code timeout}
   */
  static void awaitPrimary(String uri, Duration timeout) {
    try (MongoClient client = MongoClients.create(uri)) {
      untilWritable(hello(client)).block(timeout);
    }
  }

  private static Mono<Document> untilWritable(Mono<Document> hello) {
    return hello
        .filter(reply -> reply.getBoolean("isWritablePrimary", false))
        .repeatWhenEmpty(polls -> polls.delayElements(POLL_INTERVAL))
        .retryWhen(Retry.fixedDelay(Long.MAX_VALUE, POLL_INTERVAL));
  }

  private static Mono<Document> hello(MongoClient client) {
    return run(client, new Document("hello", 1));
  }

  private MongoClientSettings clientSettings() {
    String address = "mongodb://127.0.0.1:%d/?directConnection=true".formatted(port);
    MongoClientSettings.Builder settings =
        MongoClientSettings.builder().applyConnectionString(new ConnectionString(address));
    ServerSecurity secured = security;
    if (secured != null) {
      settings.applyToSslSettings(
          ssl -> ssl.enabled(true).context(secured.authority().clientContext()));
    }
    return settings.build();
  }

  /** The first user needs no login from this machine; afterwards there is one. */
  private static Mono<Document> createUser(MongoClient client, ServerSecurity secured) {
    return run(
            client,
            new Document("createUser", secured.user())
                .append("pwd", secured.password())
                .append("roles", List.of("root")))
        .onErrorResume(
            MongoCommandException.class,
            e -> e.getErrorCode() == UNAUTHORIZED ? Mono.just(new Document()) : Mono.error(e));
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
                  // Set up by an earlier start, which made the user as well.
                  case UNAUTHORIZED -> Mono.just(new Document());
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
