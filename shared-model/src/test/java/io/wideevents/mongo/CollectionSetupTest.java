package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoDatabase;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CollectionSetupTest {
  private final AtomicInteger asked = new AtomicInteger();

  @ParameterizedTest
  @MethodSource("failures")
  void start_asksAgainWhateverTheDriverThrows(Throwable failure) {
    // Given a driver that fails before it asks the server
    MongoConnection connection =
        new MongoConnection(
            MongoBatchWriterContract.settings(
                "mongodb://127.0.0.1:1", "nowhere", Duration.ofMillis(100)),
            () -> client(failure));
    CollectionSetup setup =
        new CollectionSetup(
            new EventCollection(connection),
            RetentionChange.NONE,
            Duration.ofMillis(1),
            Duration.ofMillis(1));
    try (connection;
        setup) {
      // When
      setup.start();

      // Then
      await().untilAsserted(() -> assertThat(asked).hasValueGreaterThan(2));
      assertThat(setup.trouble()).isPresent();
      assertThat(setup.outcome()).isNotDone();
    }
  }

  private static Stream<Throwable> failures() {
    return Stream.of(
        new IllegalStateException("a bug"),
        new NoClassDefFoundError("for a test"),
        new OutOfMemoryError("for a test"),
        new AssertionError("for a test"));
  }

  private MongoClient client(Throwable failure) {
    MongoDatabase database =
        proxy(
            MongoDatabase.class,
            method -> {
              if (method.equals("listCollections")) {
                asked.incrementAndGet();
                throw failure;
              }
              return true;
            });
    return proxy(MongoClient.class, method -> method.equals("getDatabase") ? database : null);
  }

  /** What a call of the method of this name gives. */
  private interface Answer {
    Object of(String method) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                method.getReturnType() == type ? proxy : answer.of(method.getName())));
  }
}
