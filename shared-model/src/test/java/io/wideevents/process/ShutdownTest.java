package io.wideevents.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ShutdownTest {
  private final List<Integer> halts = new CopyOnWriteArrayList<>();
  private final AtomicInteger closes = new AtomicInteger();

  @Test
  void begin_closesOnceAndEndsWithTheCodeOfTheFirst() throws InterruptedException {
    Shutdown shutdown = shutdown(closes::incrementAndGet);

    shutdown.begin(ExitCode.CHECK_FAILED, "first");
    shutdown.begin(ExitCode.OK, "second");

    assertThat(shutdown.await()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(closes).hasValue(1);
  }

  @Test
  void signal_haltsAtOnceWhenClosingHasBegunForAnotherReason() throws InterruptedException {
    CountDownLatch release = new CountDownLatch(1);
    Shutdown shutdown = shutdown(release::await);
    shutdown.begin(ExitCode.FAILURE, "a fatal error");

    shutdown.signal("SIGTERM", 15);

    assertThat(halts).containsExactly(143);
    release.countDown();
    assertThat(shutdown.await()).isEqualTo(ExitCode.FAILURE);
  }

  @Test
  void close_thatCannotSayWhatIsLeftEndsAllTheSame() throws InterruptedException {
    Shutdown shutdown =
        new Shutdown(
            Duration.ofMillis(1),
            new CountDownLatch(1)::await,
            () -> {
              throw new IllegalStateException("nor that");
            },
            halts::add);

    shutdown.begin(ExitCode.OK, "test");

    assertThat(shutdown.await()).isEqualTo(ExitCode.FAILURE);
    assertThat(halts).containsExactly(ExitCode.FAILURE);
  }

  private Shutdown shutdown(AutoCloseable application) {
    return new Shutdown(Duration.ofSeconds(5), application, () -> "nothing", halts::add);
  }
}
