package io.wideevents.worker.kafka;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** A consumer that limits the bytes of each poll; see {@link PollBudget}. */
final class BudgetedConsumer extends KafkaConsumer<byte[], byte[]> {
  private final PollBudget budget;

  BudgetedConsumer(Map<String, Object> properties, PollBudget budget) {
    super(properties, budget.keys(), budget.values());
    this.budget = budget;
  }

  @Override
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    budget.begin();
    return super.poll(timeout);
  }
}
