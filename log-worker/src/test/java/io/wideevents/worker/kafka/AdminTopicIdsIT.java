package io.wideevents.worker.kafka;

import static org.awaitility.Awaitility.await;

import io.wideevents.stack.TestStack;
import io.wideevents.worker.testing.EventTopic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;

class AdminTopicIdsIT extends TopicIdsContract {
  private final String name = TestStack.uniqueName(AdminTopicIdsIT.class);
  private final AdminTopicIds topicIds =
      new AdminTopicIds(() -> Admin.create(Map.of("bootstrap.servers", TestStack.kafka())));

  @AfterEach
  void close() {
    topicIds.close();
  }

  @Override
  protected TopicIds topicIds() {
    return topicIds;
  }

  @Override
  protected void create() {
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(
            () -> {
              EventTopic.create(TestStack.kafka(), name).close();
              return true;
            });
  }

  @Override
  protected void delete() throws Exception {
    try (EventTopic topic = EventTopic.existing(TestStack.kafka(), name)) {
      topic.admin().deleteTopics(List.of(name)).all().get();
    }
  }

  @Override
  protected String topic() {
    return name;
  }
}
