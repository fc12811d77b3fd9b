package io.wideevents.worker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AdminTopicIdsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final List<String> calls = new CopyOnWriteArrayList<>();
  private volatile Throwable failure = new IllegalStateException("no failure yet");
  private final AdminTopicIds ids = new AdminTopicIds(this::newAdmin);

  @AfterEach
  void close() {
    ids.close();
  }

  @ParameterizedTest
  @MethodSource("noAnswers")
  void lookUp_buildsAnotherClientAfterOneThatDoesNotAnswer(Throwable noAnswer) {
    // Given
    failure = noAnswer;

    // When
    assertThat(ids.lookUp("log-events")).failsWithin(TIMEOUT);
    assertThat(ids.lookUp("log-events")).failsWithin(TIMEOUT);

    // Then
    assertThat(calls)
        .startsWith("new", "describeTopics", "close", "new", "describeTopics", "close");
  }

  @Test
  void lookUp_keepsAClientThatAnswers() {
    failure = new TopicAuthorizationException("log-events");

    assertThat(ids.lookUp("log-events")).failsWithin(TIMEOUT);
    assertThat(ids.lookUp("log-events")).failsWithin(TIMEOUT);

    assertThat(calls).containsExactly("new", "describeTopics", "describeTopics");
  }

  private static Stream<Throwable> noAnswers() {
    return Stream.of(
        new TimeoutException("The AdminClient thread has exited."),
        new IllegalStateException("a bug"),
        new NoClassDefFoundError("for a test"));
  }

  private Admin newAdmin() {
    calls.add("new");
    return (Admin)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Admin.class},
            (proxy, method, arguments) -> {
              calls.add(method.getName());
              if (method.getName().equals("describeTopics")) {
                throw failure;
              }
              // Whatever it throws, the next look-up is tried.
              throw new NoClassDefFoundError("of close");
            });
  }
}
