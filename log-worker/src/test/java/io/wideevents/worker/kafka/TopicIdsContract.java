package io.wideevents.worker.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;

/** What every look-up of topic ids does. */
public abstract class TopicIdsContract {
  protected abstract TopicIds topicIds();

  /** Creates the topic that {@link #topic} names, under a new id. */
  protected abstract void create() throws Exception;

  protected abstract void delete() throws Exception;

  protected abstract String topic();

  @Test
  void lookUp_isTheSameAsLongAsTheTopicExists() throws Exception {
    create();

    Uuid first = get(topicIds().lookUp(topic()));

    assertThat(first).isNotEqualTo(Uuid.ZERO_UUID);
    assertThat(get(topicIds().lookUp(topic()))).isEqualTo(first);
  }

  @Test
  void lookUp_isAnotherIdAfterTheTopicWasCreatedAgain() throws Exception {
    create();
    Uuid first = get(topicIds().lookUp(topic()));

    delete();
    create();

    assertThat(get(topicIds().lookUp(topic()))).isNotEqualTo(first);
  }

  @Test
  void lookUp_failsForATopicThatDoesNotExist() {
    CompletableFuture<Uuid> missing = topicIds().lookUp(topic());

    assertThatThrownBy(() -> get(missing))
        .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
  }

  private static Uuid get(CompletableFuture<Uuid> answer) throws Exception {
    return answer.get(30, TimeUnit.SECONDS);
  }
}
