package io.wideevents.stack;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoException;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import reactor.core.publisher.Mono;

/**
 * A server that the user runs. Closing this object does not end the server.
 *
 * @param uri may contain a password, so {@link #describe} shows only the hosts
 */
record GivenMongoServer(String uri) implements MongoServer {

  /**
   * Waits for the first answer of the server at {@code uri}.
   *
   * @throws IllegalStateException if {@code uri} is no connection string, or no writable server
   *     answers in time
   */
  static GivenMongoServer answering(String uri, Duration timeout) {
    GivenMongoServer server = new GivenMongoServer(uri);
    MongoClientSettings settings =
        MongoClientSettings.builder()
            .applyConnectionString(server.address())
            .applyToClusterSettings(
                cluster ->
                    cluster.serverSelectionTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS))
            .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
            .build();
    try (MongoClient client = MongoClients.create(settings)) {
      Mono.from(client.getDatabase("admin").runCommand(new Document("ping", 1))).block();
      return server;
    } catch (MongoException e) {
      throw new IllegalStateException(
          "%s does not answer within %d s: start it, or unset MONGODB_URI so that the tests start a MongoDB (%s)"
              .formatted(server.describe(), timeout.toSeconds(), e.getMessage()),
          e);
    }
  }

  @Override
  public String describe() {
    return "the MongoDB of MONGODB_URI at " + String.join(",", address().getHosts());
  }

  private ConnectionString address() {
    try {
      return new ConnectionString(uri);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(
          "MONGODB_URI is no connection string; use for example mongodb://localhost:27017 (%s)"
              .formatted(e.getMessage()),
          e);
    }
  }

  @Override
  public boolean temporary() {
    return false;
  }

  @Override
  public String toString() {
    return describe();
  }

  @Override
  public void close() {}
}
