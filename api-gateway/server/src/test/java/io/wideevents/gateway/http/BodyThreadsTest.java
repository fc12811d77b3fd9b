package io.wideevents.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class BodyThreadsTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final BodyThreads threads = new BodyThreads("test", 1, LONG);
  private final CompletableFuture<String> finish = new CompletableFuture<>();
  private final List<String> done = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    finish.complete("");
    threads.close();
  }

  @Test
  void run_returnsWhatTheWorkReturns() {
    assertThat(threads.run("client", () -> "value")).isEqualTo("value");
  }

  @Test
  void run_worksOnBodiesOneByOne() throws Exception {
    // Given
    CompletableFuture<String> first = occupy();
    CompletableFuture<String> second = start("client", () -> "second");
    await().until(() -> threads.waiting() == 1);
    assertThat(second).isNotDone();

    // When
    finish.complete("first");

    // Then
    assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo("first");
    assertThat(second.get(30, TimeUnit.SECONDS)).isEqualTo("second");
  }

  @Test
  void run_servesClientsInRotation() throws Exception {
    // Given a client with many waiting bodies, and another with one that came last
    CompletableFuture<String> occupying = occupy();
    CompletableFuture<?>[] many = new CompletableFuture<?>[20];
    for (int i = 0; i < many.length; i++) {
      int waiting = i + 1;
      many[i] = start("many", () -> "many");
      await().until(() -> threads.waiting() == waiting);
    }
    CompletableFuture<String> other = start("other", () -> "other");
    await().until(() -> threads.waiting() == many.length + 1);

    // When
    finish.complete("first");
    CompletableFuture.allOf(many).get(30, TimeUnit.SECONDS);
    other.get(30, TimeUnit.SECONDS);
    occupying.get(30, TimeUnit.SECONDS);

    // Then
    assertThat(done.indexOf("other")).isLessThanOrEqualTo(2);
  }

  @Test
  void run_throwsWhatTheWorkThrows_andGoesOn() {
    for (Throwable failure :
        List.of(new OutOfMemoryError("wanted"), new StackOverflowError(), new AssertionError())) {
      assertThatThrownBy(
              () ->
                  threads.run(
                      "client",
                      () -> {
                        throw (Error) failure;
                      }))
          .isSameAs(failure);
    }
    var problem = new ProblemException(Problems.overloaded());
    assertThatThrownBy(
            () ->
                threads.run(
                    "client",
                    () -> {
                      throw problem;
                    }))
        .isSameAs(problem);

    assertThat(threads.run("client", () -> "value")).isEqualTo("value");
  }

  @Test
  void run_rejectsABodyThatNoThreadStartsInTime() {
    BodyThreads hasty = new BodyThreads("hasty", 1, Duration.ofMillis(50));
    try {
      CompletableFuture<String> first = start(hasty, "client", finish::join);
      await().until(() -> hasty.waiting() == 0 && !first.isDone());
      await().untilAsserted(() -> assertThat(refusal(hasty)).isEqualTo("too_busy"));

      assertThat(hasty.waiting()).isZero();
      // The first one has begun, and is awaited however long it takes
      assertThat(first).isNotDone();
      finish.complete("first");
      assertThat(first.join()).isEqualTo("first");
    } finally {
      hasty.close();
    }
  }

  @Test
  void run_finishesTheWorkOfAThreadThatIsInterrupted() throws Exception {
    // Given
    CompletableFuture<Boolean> isInterrupted = new CompletableFuture<>();
    CompletableFuture<String> begun = new CompletableFuture<>();
    Thread request =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  threads.run(
                      "client",
                      () -> {
                        begun.complete("");
                        return finish.join();
                      });
                  isInterrupted.complete(Thread.currentThread().isInterrupted());
                });
    begun.get(30, TimeUnit.SECONDS);

    // When
    request.interrupt();

    // Then the work still uses the memory of the request, which must not be given back
    assertThat(isInterrupted).isNotDone();
    finish.complete("");
    assertThat(isInterrupted.get(30, TimeUnit.SECONDS)).isTrue();
    assertThat(threads.clients()).isZero();
  }

  @Test
  void run_forgetsItsClientsHoweverItEnds() throws Exception {
    CompletableFuture<String> first = occupy();
    CompletableFuture<?>[] waiting = new CompletableFuture<?>[50];
    for (int i = 0; i < waiting.length; i++) {
      waiting[i] = start("client " + i, () -> "waiting");
    }
    await().until(() -> threads.waiting() == waiting.length);

    threads.close();
    finish.complete("first");

    for (CompletableFuture<?> each : waiting) {
      await().until(each::isCompletedExceptionally);
    }
    assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo("first");
    assertThat(refusal(threads)).isEqualTo("draining");
    assertThat(threads.clients()).isZero();
    assertThat(threads.waiting()).isZero();
  }

  @Test
  void close_answersWhatWaits_andFinishesWhatHasBegun() throws Exception {
    // Given
    CompletableFuture<String> first = occupy();
    CompletableFuture<String> second = start("client", () -> "second");
    await().until(() -> threads.waiting() == 1);

    // When
    threads.close();

    // Then
    await().until(second::isDone);
    assertThatThrownBy(second::join)
        .hasRootCauseInstanceOf(ProblemException.class)
        .hasMessageContaining("shutting down");
    finish.complete("first");
    assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo("first");
    assertThat(refusal(threads)).isEqualTo("draining");
  }

  private CompletableFuture<String> occupy() {
    var begun = new CompletableFuture<Void>();
    CompletableFuture<String> occupying =
        start(
            "client",
            () -> {
              begun.complete(null);
              return finish.join();
            });
    begun.join();
    return occupying;
  }

  private CompletableFuture<String> start(String client, Supplier<String> work) {
    return start(threads, client, work);
  }

  private CompletableFuture<String> start(
      BodyThreads threads, String client, Supplier<String> work) {
    return CompletableFuture.supplyAsync(
        () ->
            threads.run(
                client,
                () -> {
                  String value = work.get();
                  done.add(value);
                  return value;
                }),
        task -> Thread.ofPlatform().daemon().start(task));
  }

  private static String refusal(BodyThreads threads) {
    return catchThrowableOfType(ProblemException.class, () -> threads.run("late", () -> "late"))
        .problem()
        .code();
  }
}
