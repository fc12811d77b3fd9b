package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SharedPageTest {
  private static final int REQUESTS = 200;

  private final AtomicInteger made = new AtomicInteger();

  @Test
  void get_returnsAPageThatIsMadeAfterTheRequestCame() {
    SharedPage page = new SharedPage(() -> "page " + made.incrementAndGet());

    assertThat(text(page)).isEqualTo("page 1");
    assertThat(text(page)).isEqualTo("page 2");
    assertThat(text(page)).isEqualTo("page 3");
  }

  @Test
  void get_makesOnePageForAllRequestsThatWait() throws Exception {
    CountDownLatch isBegun = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    SharedPage page =
        new SharedPage(
            () -> {
              isBegun.countDown();
              awaitQuietly(release);
              return "page " + made.incrementAndGet();
            });
    List<Thread> asking = new CopyOnWriteArrayList<>();
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> text(page), threads);
      isBegun.await();
      List<CompletableFuture<String>> others = new ArrayList<>();
      for (int i = 0; i < REQUESTS; i++) {
        others.add(
            CompletableFuture.supplyAsync(
                () -> {
                  asking.add(Thread.currentThread());
                  return text(page);
                },
                threads));
      }
      await().until(() -> asking.stream().filter(SharedPageTest::isWaiting).count() == REQUESTS);
      release.countDown();

      assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo("page 1");
      for (CompletableFuture<String> other : others) {
        assertThat(other.get(30, TimeUnit.SECONDS)).isEqualTo("page 2");
      }
    }
  }

  @Test
  void get_beginsAtMostTenPagesASecond() {
    SharedPage page = new SharedPage(() -> "page " + made.incrementAndGet());
    long start = System.nanoTime();

    for (int i = 0; i < 5; i++) {
      text(page);
    }

    assertThat(System.nanoTime() - start)
        .isGreaterThanOrEqualTo(4 * SharedPage.INTERVAL.toNanos() * 9 / 10);
  }

  @Test
  void get_makesAPageAfterAFailure() {
    SharedPage page =
        new SharedPage(
            () -> {
              if (made.incrementAndGet() == 1) {
                throw new IllegalStateException("a gauge failed");
              }
              return "page";
            });

    assertThatThrownBy(page::get).hasMessage("a gauge failed");
    assertThat(text(page)).isEqualTo("page");
  }

  private static String text(SharedPage page) {
    return new String(page.get(), UTF_8);
  }

  private static boolean isWaiting(Thread thread) {
    return switch (thread.getState()) {
      case WAITING, TIMED_WAITING, BLOCKED -> true;
      case NEW, RUNNABLE, TERMINATED -> false;
    };
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
