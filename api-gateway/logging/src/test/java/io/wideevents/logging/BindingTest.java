package io.wideevents.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.Tier;
import java.lang.ref.WeakReference;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // A resource is held by being open.
class BindingTest {
  private final RecordingLogger tier = new RecordingLogger(Tier.KAFKA);
  private final LoggingService service =
      LoggingService.queued(LoggingSettings.of("shop"), tier, tier, InstantSource.system());
  private final ExecutorService other = Executors.newSingleThreadExecutor();

  @AfterEach
  void close() {
    service.close();
    other.shutdownNow();
  }

  @Test
  void close_onAnotherThreadEndsTheBindingAndChangesNoOther() throws Exception {
    // Given one context bound here, and one on another thread
    LoggingContext here = service.begin("here", null);
    LoggingContext there = service.begin("there", null);
    LoggingContext.Binding binding = here.bind();
    var unused = other.submit(there::bind).get(30, TimeUnit.SECONDS);

    // When
    other.submit(binding::close).get(30, TimeUnit.SECONDS);

    // Then
    assertThat(LoggingContext.current().isRequest()).isFalse();
    assertThat(current(other)).isEqualTo("there");
  }

  @Test
  void close_twiceLeavesTheContextThatWasBoundSince() {
    LoggingContext first = service.begin("first", null);
    LoggingContext second = service.begin("second", null);
    LoggingContext.Binding closed = first.bind();
    closed.close();
    try (LoggingContext.Binding open = second.bind()) {
      closed.close();

      assertThat(LoggingContext.current().requestId()).isEqualTo("second");
    }
    assertThat(LoggingContext.current().isRequest()).isFalse();
  }

  @Test
  void close_beforeALaterOneLeavesNothingBound() {
    LoggingContext.Binding outer = service.begin("outer", null).bind();
    LoggingContext.Binding inner = service.begin("inner", null).bind();

    outer.close();
    String between = LoggingContext.current().requestId();
    inner.close();

    assertThat(between).isEqualTo("inner");
    assertThat(LoggingContext.current().isRequest()).isFalse();
  }

  @Test
  void close_makesTheContextBeforeCurrentAgain() {
    try (LoggingContext.Binding outer = service.begin("outer", null).bind()) {
      service.begin("inner", null).bind().close();

      assertThat(LoggingContext.current().requestId()).isEqualTo("outer");
    }
  }

  @Test
  void bind_ofOneContextKeepsItHoweverDeepItIsNested() {
    LoggingContext context = service.begin("outer", null);
    try (LoggingContext.Binding outer = context.bind()) {
      // More levels than contexts can be nested, and few enough for a small stack.
      nest(300, LoggingContext.wrap((Executor) Runnable::run));

      assertThat(LoggingContext.current()).isSameAs(context);
    }
    assertThat(LoggingContext.current().isRequest()).isFalse();
  }

  private static void nest(int levels, Executor executor) {
    if (levels > 0) {
      executor.execute(() -> nest(levels - 1, executor));
    }
  }

  @Test
  void bind_keepsABoundedNumberOfContextsThatAreNeverClosed() throws Exception {
    other
        .submit(
            () -> {
              List<WeakReference<LoggingContext>> bound = new ArrayList<>();
              for (int i = 0; i < 10_000; i++) {
                LoggingContext context = service.begin("req-" + i, null);
                bound.add(new WeakReference<>(context));
                var unused = context.bind();
              }
              await()
                  .until(
                      () -> {
                        System.gc();
                        return bound.stream().filter(each -> each.get() != null).count() < 1_000;
                      });
            })
        .get(60, TimeUnit.SECONDS);
  }

  private static String current(ExecutorService thread) throws Exception {
    return thread.submit(() -> LoggingContext.current().requestId()).get(30, TimeUnit.SECONDS);
  }
}
