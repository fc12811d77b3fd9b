package io.wideevents.worker.consume;

import io.wideevents.worker.kafka.TopicIds;
import io.wideevents.worker.kafka.TopicIdsContract;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.BeforeEach;

class FakeTopicIdsTest extends TopicIdsContract {
  private final FakeTopicIds topicIds = new FakeTopicIds();

  @BeforeEach
  @Override
  protected void delete() {
    topicIds.willFail(new UnknownTopicOrPartitionException());
  }

  @Override
  protected void create() {
    topicIds.willAnswer(Uuid.randomUuid());
  }

  @Override
  protected TopicIds topicIds() {
    return topicIds;
  }

  @Override
  protected String topic() {
    return "log-events";
  }
}
