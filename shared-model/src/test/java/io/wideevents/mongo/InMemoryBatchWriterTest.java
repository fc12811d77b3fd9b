package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EventDocument;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class InMemoryBatchWriterTest extends BatchWriterContract {
  private final InMemoryBatchWriter writer = new InMemoryBatchWriter();

  @Override
  BatchWriter writer() {
    return writer;
  }

  @Override
  @Nullable BsonDocument stored(EventId id) {
    EventDocument document = writer.stored().get(id);
    return document == null ? null : document.bson();
  }

  @Override
  EventDocument refusedDocument() {
    EventDocument poison = StubEvent.of("checkout", "poison").document();
    writer.refuse(document -> document.id().equals(poison.id()));
    return poison;
  }

  @Override
  void goDown() {
    writer.goDown();
  }

  @Override
  void comeBack() {
    writer.comeBack();
  }

  @Test
  void hold_leavesWritesUnansweredUntilReleased() {
    writer.hold();

    CompletableFuture<List<WriteOutcome>> held = writer.write(documents(0, 2));
    boolean answeredWhileHeld = held.isDone();
    writer.release();

    assertThat(answeredWhileHeld).isFalse();
    assertThat(held).isCompletedWithValueMatching(outcomes -> outcomes.size() == 2);
  }

  @Test
  void loseReplies_storesWithoutConfirming() throws Exception {
    writer.loseReplies();

    List<WriteOutcome> outcomes = write(documents(0, 2));

    assertThat(outcomes).hasOnlyElementsOfType(WriteOutcome.NotConfirmed.class);
    assertThat(writer.stored()).hasSize(2);
  }

  @Test
  void fail_failsTheDocumentAndStoresItsNeighbours() throws Exception {
    EventDocument failing = documents(1, 2).getFirst();
    writer.fail(document -> document.id().equals(failing.id()));

    List<WriteOutcome> outcomes = write(documents(0, 3));

    assertThat(outcomes.get(1))
        .isInstanceOfSatisfying(
            WriteOutcome.NotConfirmed.class, failed -> assertThat(failed.perDocument()).isTrue());
    assertThat(writer.stored()).hasSize(2).doesNotContainKey(failing.id());
  }
}
