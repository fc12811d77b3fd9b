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
class WorkLaneTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final WorkLane lane = new WorkLane("test", 1, LONG);
  private final CompletableFuture<String> finish = new CompletableFuture<>();
  private final List<String> done = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    finish.complete("");
    lane.close();
  }

  @Test
  void run_returnsWhatTheWorkReturns() {
    assertThat(lane.run("client", () -> "value")).isEqualTo("value");
  }

  @Test
  void run_worksOnBodiesOneByOne() throws Exception {
    // Given
    CompletableFuture<String> first = occupy();
    CompletableFuture<String> second = start("client", () -> "second");
    await().until(() -> lane.waiting() == 1);
    assertThat(second).isNotDone();

    // When
    finish.complete("first");

    // Then
    assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo("first");
    assertThat(second.get(30, TimeUnit.SECONDS)).isEqualTo("second");
  }

  @Test
  void run_letsClientsTakeTurns() throws Exception {
    // Given a client with many waiting bodies, and another with one that came last
    CompletableFuture<String> occupying = occupy();
    CompletableFuture<?>[] many = new CompletableFuture<?>[20];
    for (int i = 0; i < many.length; i++) {
      int waiting = i + 1;
      many[i] = start("many", () -> "many");
      await().until(() -> lane.waiting() == waiting);
    }
    CompletableFuture<String> other = start("other", () -> "other");
    await().until(() -> lane.waiting() == many.length + 1);

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
                  lane.run(
                      "client",
                      () -> {
                        throw (Error) failure;
                      }))
          .isSameAs(failure);
    }
    var problem = new ProblemException(Problems.overloaded());
    assertThatThrownBy(
            () ->
                lane.run(
                    "client",
                    () -> {
                      throw problem;
                    }))
        .isSameAs(problem);

    assertThat(lane.run("client", () -> "value")).isEqualTo("value");
  }

  @Test
  void run_refusesABodyWhoseTurnDoesNotCome() {
    WorkLane hasty = new WorkLane("hasty", 1, Duration.ofMillis(50));
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
                  lane.run(
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
    assertThat(lane.clients()).isZero();
  }

  @Test
  void run_forgetsItsClientsHoweverItEnds() throws Exception {
    CompletableFuture<String> first = occupy();
    CompletableFuture<?>[] waiting = new CompletableFuture<?>[50];
    for (int i = 0; i < waiting.length; i++) {
      waiting[i] = start("client " + i, () -> "waiting");
    }
    await().until(() -> lane.waiting() == waiting.length);

    lane.close();
    finish.complete("first");

    for (CompletableFuture<?> each : waiting) {
      await().until(each::isCompletedExceptionally);
    }
    assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo("first");
    assertThat(refusal(lane)).isEqualTo("draining");
    assertThat(lane.clients()).isZero();
    assertThat(lane.waiting()).isZero();
  }

  @Test
  void close_answersWhatWaits_andFinishesWhatHasBegun() throws Exception {
    // Given
    CompletableFuture<String> first = occupy();
    CompletableFuture<String> second = start("client", () -> "second");
    await().until(() -> lane.waiting() == 1);

    // When
    lane.close();

    // Then
    await().until(second::isDone);
    assertThatThrownBy(second::join)
        .hasRootCauseInstanceOf(ProblemException.class)
        .hasMessageContaining("shutting down");
    finish.complete("first");
    assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo("first");
    assertThat(refusal(lane)).isEqualTo("draining");
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
    return start(lane, client, work);
  }

  private CompletableFuture<String> start(WorkLane lane, String client, Supplier<String> work) {
    return CompletableFuture.supplyAsync(
        () ->
            lane.run(
                client,
                () -> {
                  String value = work.get();
                  done.add(value);
                  return value;
                }),
        task -> Thread.ofPlatform().daemon().start(task));
  }

  private static String refusal(WorkLane lane) {
    return catchThrowableOfType(ProblemException.class, () -> lane.run("late", () -> "late"))
        .problem()
        .code();
  }
}
