package io.wideevents.worker.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.DeadLetterReason;
import io.wideevents.worker.testing.LogRecords;
import io.wideevents.worker.testing.ManualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** What every {@link DeadLetterSink} promises, wherever it keeps the letters. */
abstract class DeadLetterSinkContract {
  /** The sink under test, empty. */
  abstract DeadLetterSink sink();

  /** The values of all letters that are durable, in any order. */
  abstract List<byte[]> keptValues();

  /** Makes the sink's storage unreachable. */
  abstract void goDown();

  /** Ends {@link #goDown}. */
  abstract void comeBack();

  @Test
  void send_keepsTheOriginalBytes() throws Exception {
    DeadLetterOutcome outcome = await(sink().send(letter(1, "{broken")));

    assertThat(outcome).isEqualTo(new DeadLetterOutcome.Kept());
    assertThat(keptValues()).containsExactly("{broken".getBytes(UTF_8));
  }

  @Test
  void send_takesManyAtOnce() throws Exception {
    List<CompletableFuture<DeadLetterOutcome>> outcomes = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      outcomes.add(sink().send(letter(i, "poison " + i)));
    }

    for (CompletableFuture<DeadLetterOutcome> outcome : outcomes) {
      assertThat(await(outcome)).isEqualTo(new DeadLetterOutcome.Kept());
    }
    assertThat(keptValues()).hasSize(500);
  }

  @Test
  void send_isNotConfirmedWhileDownAndWorksAgainAfterwards() throws Exception {
    goDown();
    DeadLetterOutcome during = await(sink().send(letter(1, "first")));
    comeBack();

    DeadLetterOutcome after = await(sink().send(letter(1, "first")));

    assertThat(during).isInstanceOf(DeadLetterOutcome.NotConfirmed.class);
    assertThat(after).isEqualTo(new DeadLetterOutcome.Kept());
  }

  static DeadLetter letter(long offset, String value) {
    ConsumerRecord<byte[], byte[]> source =
        LogRecords.of("log-events", 3, offset, value.getBytes(UTF_8), ManualClock.START);
    source.headers().add("trace", "abc".getBytes(UTF_8));
    return new DeadLetter(source, DeadLetterReason.MALFORMED, "Not JSON at column 2", 0);
  }

  static DeadLetterOutcome await(CompletableFuture<DeadLetterOutcome> outcome) throws Exception {
    return outcome.get(60, TimeUnit.SECONDS);
  }
}
