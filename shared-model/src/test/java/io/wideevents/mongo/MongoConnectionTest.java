package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.MongoConfigurationException;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

class MongoConnectionTest {
  /** No server listens there. A client can still be built. */
  private static final MongoSettings NOWHERE =
      MongoBatchWriterContract.settings("mongodb://127.0.0.1:1", "nowhere", Duration.ofMillis(100));

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private static final BsonDocument PING = new BsonDocument("ping", new BsonInt32(1));

  private final AtomicInteger built = new AtomicInteger();

  @Test
  void database_buildsAgainAfterAFailure() {
    try (MongoConnection connection = new MongoConnection(NOWHERE, () -> build(3))) {
      await()
          .atMost(TIMEOUT)
          .until(
              () -> !connection.database().handle((ok, e) -> e != null).get(30, TimeUnit.SECONDS));

      assertThat(built).hasValue(4);
    }
  }

  @Test
  void database_buildsAgainAfterAnError() {
    // Given an installation that lacks a class, or memory, at first
    Supplier<MongoClient> clients =
        () -> {
          if (built.incrementAndGet() == 1) {
            throw new NoClassDefFoundError("for a test");
          }
          return MongoClients.create(NOWHERE.uri());
        };

    try (MongoConnection connection = new MongoConnection(NOWHERE, clients)) {
      // When
      assertThat(connection.database()).failsWithin(TIMEOUT);

      // Then
      await()
          .atMost(TIMEOUT)
          .until(
              () -> !connection.database().handle((ok, e) -> e != null).get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void database_failsAtOnceBetweenAttempts() {
    try (MongoConnection connection = new MongoConnection(NOWHERE, () -> build(100))) {
      // The pauses grow: soon many calls fall into one.
      for (int i = 0; i < 1_000; i++) {
        assertThat(connection.database())
            .failsWithin(TIMEOUT)
            .withThrowableThat()
            .withRootCauseInstanceOf(MongoConfigurationException.class);
      }

      assertThat(built.get()).isLessThan(20);
    }
  }

  @Test
  void database_buildsOneClientForAll() {
    try (MongoConnection connection = new MongoConnection(NOWHERE, () -> build(0))) {
      assertThat(connection.database()).succeedsWithin(TIMEOUT);
      assertThat(connection.collection()).succeedsWithin(TIMEOUT);

      assertThat(built).hasValue(1);
    }
  }

  @Test
  void close_closesAClientThatIsStillBeingBuilt() {
    CountDownLatch closing = new CountDownLatch(1);
    MongoConnection connection =
        new MongoConnection(
            NOWHERE,
            () -> {
              awaitUninterrupted(closing);
              return build(0);
            });
    var database = connection.database();

    connection.close();
    closing.countDown();

    assertThat(database).succeedsWithin(TIMEOUT);
    Mono<?> command = Mono.defer(() -> Mono.from(database.join().runCommand(PING)));
    await().atMost(TIMEOUT).until(() -> failure(command) instanceof IllegalStateException);
  }

  @Test
  @Timeout(60)
  void close_doesNotWaitForAServerThatDoesNotReply() throws Exception {
    // Given a client that ends its sessions on a frozen server
    CountDownLatch frozen = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    MongoConnection connection =
        new MongoConnection(
            NOWHERE,
            () ->
                closing(
                    build(0),
                    () -> {
                      awaitUninterrupted(frozen);
                      closed.countDown();
                    }));
    assertThat(connection.database()).succeedsWithin(TIMEOUT);

    // When
    connection.close();

    // Then
    assertThat(closed.getCount()).isOne();
    frozen.countDown();
    assertThat(closed.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void close_closesTheClientBeforeItReturns() {
    AtomicInteger closed = new AtomicInteger();
    MongoConnection connection =
        new MongoConnection(NOWHERE, () -> closing(build(0), closed::incrementAndGet));
    assertThat(connection.database()).succeedsWithin(TIMEOUT);

    connection.close();
    connection.close();

    assertThat(closed).hasValue(1);
  }

  @Test
  void database_failsAfterClose() {
    MongoConnection connection = new MongoConnection(NOWHERE, () -> build(0));

    connection.close();
    connection.close();

    assertThat(connection.database())
        .failsWithin(TIMEOUT)
        .withThrowableThat()
        .withRootCauseInstanceOf(IllegalStateException.class);
    assertThat(built).hasValue(0);
  }

  @Test
  void ping_failsWhenNoServerListens() {
    try (MongoConnection connection = new MongoConnection(NOWHERE, "test")) {
      assertThat(connection.ping()).failsWithin(TIMEOUT);
    }
  }

  @Test
  void write_isAnOutageWhileNoClientCanBeBuilt() {
    try (MongoConnection connection = new MongoConnection(NOWHERE, () -> build(100))) {
      MongoBatchWriter writer = new MongoBatchWriter(connection);

      assertThat(writer.write(BatchWriterContract.documents(0, 2)))
          .succeedsWithin(TIMEOUT)
          .asInstanceOf(InstanceOfAssertFactories.LIST)
          .hasSize(2)
          .hasOnlyElementsOfType(WriteOutcome.NotConfirmed.class);
    }
  }

  private MongoClient build(int failures) {
    if (built.incrementAndGet() <= failures) {
      throw new MongoConfigurationException("The name does not resolve");
    }
    return MongoClients.create(NOWHERE.uri());
  }

  /** The client, with something that happens before it is closed. */
  private static MongoClient closing(MongoClient client, Runnable first) {
    return (MongoClient)
        Proxy.newProxyInstance(
            MongoConnectionTest.class.getClassLoader(),
            new Class<?>[] {MongoClient.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                first.run();
              }
              return method.invoke(client, arguments);
            });
  }

  private static @Nullable Throwable failure(Mono<?> command) {
    return command.cast(Object.class).onErrorResume(Mono::just).block() instanceof Throwable failure
        ? failure
        : null;
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
