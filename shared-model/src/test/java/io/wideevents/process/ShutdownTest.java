package io.wideevents.process;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(60)
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

  @Test
  void threadDied_endsTheProcessWhateverTheLoggingThrows() throws InterruptedException {
    // Given logging that throws for every line of a shutdown
    Logger log = (Logger) LoggerFactory.getLogger(Shutdown.class);
    AppenderBase<ILoggingEvent> throwing =
        new AppenderBase<>() {
          @Override
          public void doAppend(ILoggingEvent event) {
            throw new NoClassDefFoundError("an appender lacks a class");
          }

          @Override
          protected void append(ILoggingEvent event) {}
        };
    log.addAppender(throwing);
    log.setLevel(Level.INFO);
    try {
      Shutdown shutdown = shutdown(closes::incrementAndGet);

      // When
      shutdown.threadDied(Thread.currentThread(), new OutOfMemoryError("for a test"));

      // Then
      assertThat(shutdown.await()).isEqualTo(ExitCode.FAILURE);
      assertThat(closes).hasValue(1);
      assertThat(halts).containsExactly(ExitCode.FAILURE);
    } finally {
      log.setLevel(null);
      log.detachAppender(throwing);
    }
  }

  private Shutdown shutdown(AutoCloseable application) {
    return new Shutdown(Duration.ofSeconds(5), application, () -> "nothing", halts::add);
  }
}
