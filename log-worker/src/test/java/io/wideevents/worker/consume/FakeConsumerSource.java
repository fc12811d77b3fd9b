package io.wideevents.worker.consume;

import io.wideevents.kafka.partition.PartitionReader;
import io.wideevents.worker.kafka.ConsumerSource;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;

/** Returns the consumers, or throws the failures, that a test put in, and records its calls. */
final class FakeConsumerSource implements ConsumerSource {
  private final Deque<Object> answers = new ArrayDeque<>();
  final FakePartitionReader log = new FakePartitionReader();
  int maxPollRecords = 250;
  int asked;

  synchronized void willGive(Consumer<byte[], byte[]> consumer) {
    answers.add(consumer);
  }

  synchronized void willFail(String message) {
    answers.add(new KafkaException(message));
  }

  synchronized void willDie(Error error) {
    answers.add(error);
  }

  @Override
  @SuppressWarnings("unchecked") // only consumers of bytes are put in
  public synchronized Consumer<byte[], byte[]> newConsumer() {
    asked++;
    Object answer = answers.poll();
    if (answer instanceof Consumer<?, ?> consumer) {
      return (Consumer<byte[], byte[]>) consumer;
    }
    if (answer instanceof Error error) {
      throw error;
    }
    throw answer instanceof KafkaException failure ? failure : new KafkaException("no consumer");
  }

  @Override
  public int maxPollRecords() {
    return maxPollRecords;
  }

  @Override
  public PartitionReader newPartitionReader() {
    return log;
  }

  @Override
  public void connected() {}

  @Override
  public void failed(Throwable cause) {}
}
