package io.wideevents.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LargeBodiesTest {
  private static final int LARGE = LargeBodies.LARGE_BYTES;

  private final LargeBodies bodies = new LargeBodies(1);
  private final CompletableFuture<Void> finish = new CompletableFuture<>();
  private final AtomicInteger begun = new AtomicInteger();

  @Test
  void inTurn_hasLargeBodiesWaitForOneAnother() throws Exception {
    // Given
    CompletableFuture<Void> first = start(LARGE);
    await().until(() -> begun.get() == 1);
    CompletableFuture<Void> second = start(LARGE);
    await().until(() -> bodies.waiting() == 1);
    assertThat(begun).hasValue(1);

    // When
    finish.complete(null);

    // Then
    CompletableFuture.allOf(first, second).get(30, TimeUnit.SECONDS);
    assertThat(begun).hasValue(2);
  }

  @Test
  void inTurn_hasNoSmallBodyWait() throws Exception {
    CompletableFuture<Void> large = start(LARGE);
    await().until(() -> begun.get() == 1);

    assertThat(bodies.inTurn(LARGE - 1, () -> "done")).isEqualTo("done");

    assertThat(large).isNotDone();
    finish.complete(null);
    large.get(30, TimeUnit.SECONDS);
  }

  private CompletableFuture<Void> start(int bytes) {
    return CompletableFuture.runAsync(
        () ->
            bodies.inTurn(
                bytes,
                () -> {
                  begun.incrementAndGet();
                  return finish.join();
                }),
        task -> Thread.ofPlatform().daemon().start(task));
  }
}
