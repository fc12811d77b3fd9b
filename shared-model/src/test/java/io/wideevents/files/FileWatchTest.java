package io.wideevents.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.testing.ThrowingLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@SuppressWarnings("try") // A resource is held by being open.
class FileWatchTest {
  private static final Duration PERIOD = Duration.ofMillis(1);

  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicInteger looksAtOther = new AtomicInteger();

  @ParameterizedTest
  @MethodSource("failures")
  void look_goesOnWhateverALookThrows(Throwable failure) {
    try (FileWatch watch = watch(failure)) {
      watch.start();

      await().untilAsserted(() -> assertThat(looks).hasValueGreaterThan(2));
      await().untilAsserted(() -> assertThat(looksAtOther).hasValueGreaterThan(2));
    }
  }

  @Test
  void look_goesOnWhateverTheLoggingThrows() {
    try (ThrowingLog log = new ThrowingLog();
        FileWatch watch = watch(new IllegalStateException("a bug"))) {
      watch.start();

      await().untilAsserted(() -> assertThat(looksAtOther).hasValueGreaterThan(2));
    }
  }

  private FileWatch watch(Throwable failure) {
    FileWatch.Watched failing =
        () -> {
          looks.incrementAndGet();
          throw FileWatchTest.<RuntimeException>unchecked(failure);
        };
    return new FileWatch(List.of(failing, looksAtOther::incrementAndGet), PERIOD);
  }

  private static Stream<Throwable> failures() {
    return Stream.of(
        new IllegalStateException("a bug"),
        new OutOfMemoryError("for a test"),
        new NoClassDefFoundError("for a test"),
        new StackOverflowError(),
        new AssertionError("for a test"),
        new Exception("a checked one"));
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> E unchecked(Throwable failure) throws E {
    throw (E) failure;
  }
}
