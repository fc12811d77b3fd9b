package io.wideevents.worker.consume;

import io.wideevents.worker.kafka.TopicIds;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;

/** Answers every look-up with what the test set last; at first as a broker without topic ids. */
final class FakeTopicIds implements TopicIds {
  private CompletableFuture<Uuid> answer = CompletableFuture.completedFuture(Uuid.ZERO_UUID);
  int asked;

  void willAnswer(Uuid topicId) {
    answer = CompletableFuture.completedFuture(topicId);
  }

  void willFail(KafkaException failure) {
    answer = CompletableFuture.failedFuture(failure);
  }

  /** Leaves look-ups without an answer. */
  void willHang() {
    answer = new CompletableFuture<>();
  }

  @Override
  public CompletableFuture<Uuid> lookUp(String topic) {
    asked++;
    return answer;
  }
}
