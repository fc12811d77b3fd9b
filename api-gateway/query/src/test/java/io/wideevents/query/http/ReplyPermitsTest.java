package io.wideevents.query.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.wideevents.query.QueryException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplyPermitsTest {
  private static final long MIB = 1L << 20;

  @Test
  void replies_fitIntoAQuarterOfTheHeap_howeverManyQueriesMayRun() {
    assertThat(ReplyPermits.atOnce(4, 4_096 * MIB)).isEqualTo(16);
    assertThat(ReplyPermits.atOnce(4, 307 * MIB)).isEqualTo(9);
    assertThat(ReplyPermits.atOnce(64, 307 * MIB)).isEqualTo(9);
    assertThat(ReplyPermits.atOnce(1, 32 * MIB)).isEqualTo(2);
    assertThat(ReplyPermits.atOnce(64, Long.MAX_VALUE)).isEqualTo(256);
  }

  @Test
  void take_leavesRepliesForOtherClients() throws InterruptedException {
    ReplyPermits permits = new ReplyPermits(4);
    List<Runnable> taken = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      taken.add(permits.take("one"));
    }

    assertBusy(permits, "one");
    taken.add(permits.take("other"));
    assertBusy(permits, "other");

    taken.forEach(Runnable::run);
    for (int i = 0; i < 3; i++) {
      permits.take("one").run();
    }
  }

  @Test
  void take_thatIsInterrupted_keepsNoPlace() throws InterruptedException {
    // Given a client that waits for a place of all
    ReplyPermits permits = new ReplyPermits(2);
    Runnable first = permits.take("first");
    Runnable second = permits.take("second");
    AtomicReference<Exception> end = new AtomicReference<>();
    Thread waiting = Thread.ofVirtual().unstarted(() -> end.set(failureOf(permits, "third")));

    // When
    waiting.start();
    waiting.interrupt();
    waiting.join();

    // Then
    assertThat(end.get()).isInstanceOf(InterruptedException.class);
    first.run();
    second.run();
    permits.take("third").run();
  }

  private static @Nullable Exception failureOf(ReplyPermits permits, String client) {
    try {
      permits.take(client).run();
      return null;
    } catch (InterruptedException | QueryException e) {
      return e;
    }
  }

  private static void assertBusy(ReplyPermits permits, String client) {
    assertThatExceptionOfType(QueryException.class)
        .isThrownBy(() -> permits.take(client))
        .satisfies(problem -> assertThat(problem.status()).isEqualTo(429));
  }
}
