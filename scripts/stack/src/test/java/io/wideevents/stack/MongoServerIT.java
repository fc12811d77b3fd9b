package io.wideevents.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

@Timeout(120)
class MongoServerIT {
  private static final Duration BOUND = Duration.ofSeconds(30);

  private static final String NO_MONGOD = "There is no program mongod";

  @TempDir private Path directory;

  @Test
  void start_takesTheInMemoryStandInWhenThereIsNoMongodAndSaysSo() {
    // When
    try (MongoServer server = MongoServer.start(Map.of("PATH", ""), MongodSettings.DEFAULT)) {
      // Then
      insert(server, "once");
      assertThat(count(server)).isEqualTo(1);
      assertThat(server.describe()).contains("gone at the end");
    }
  }

  @Test
  void start_takesTheMongodOnThePathAndInitiatesAReplicaSet() {
    assumeTrue(MongodBinary.find(System.getenv()).isPresent(), NO_MONGOD);
    Map<String, String> environment = Map.of("PATH", System.getenv("PATH"));

    // When
    try (MongoServer server = MongoServer.start(environment, MongodSettings.DEFAULT)) {
      // Then
      assertThat(server).isInstanceOf(MongodProcess.class);
      insert(server, "once");
      assertThat(count(server)).isEqualTo(1);
    }
  }

  @Test
  void restart_keepsAddressAndDataAfterKill9() {
    try (RestartableMongoServer mongod = own()) {
      // Given
      String address = mongod.uri();
      insert(mongod, "before");

      // When
      mongod.kill9();
      mongod.restart();

      // Then
      assertThat(mongod.uri()).isEqualTo(address);
      insert(mongod, "after");
      assertThat(count(mongod)).isEqualTo(2);
    }
  }

  @Test
  void resume_letsAFrozenServerAnswer() {
    try (RestartableMongoServer mongod = own()) {
      // Given
      mongod.pause();
      assertThatThrownBy(() -> count(mongod, Duration.ofSeconds(2)))
          .isInstanceOf(IllegalStateException.class);

      // When
      mongod.resume();

      // Then
      assertThat(count(mongod)).isZero();
    }
  }

  @Test
  void close_keepsAGivenDirectoryAndALaterServerOnAnotherPortReadsIt() {
    // Given
    Optional<Path> binary = MongodBinary.find(System.getenv());
    assumeTrue(binary.isPresent(), NO_MONGOD);
    MongodSettings settings = new MongodSettings(directory, 0);
    try (MongodProcess first = MongodProcess.start(binary.orElseThrow(), settings)) {
      insert(first, "kept");
    }

    // When
    try (MongodProcess second = MongodProcess.start(binary.orElseThrow(), settings)) {
      // Then
      insert(second, "more");
      assertThat(count(second)).isEqualTo(2);
    }
  }

  private static RestartableMongoServer own() {
    Optional<RestartableMongoServer> mongod = TestStack.startOwnMongo();
    assumeTrue(mongod.isPresent(), NO_MONGOD);
    return mongod.orElseThrow();
  }

  private static void insert(MongoServer server, String id) {
    try (MongoClient client = MongoClients.create(server.uri())) {
      Mono.from(
              client
                  .getDatabase("things")
                  .getCollection("things")
                  .insertOne(new Document("_id", id)))
          .block(BOUND);
    }
  }

  private static long count(MongoServer server) {
    return count(server, BOUND);
  }

  private static long count(MongoServer server, Duration bound) {
    try (MongoClient client = MongoClients.create(server.uri())) {
      Long found =
          Mono.from(client.getDatabase("things").getCollection("things").countDocuments())
              .block(bound);
      return found == null ? -1 : found;
    }
  }
}
