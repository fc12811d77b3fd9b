package io.wideevents.delivery.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.event.DeadLetterFormat;
import io.wideevents.time.VirtualTime;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The events' topic and the dead-letter topic, and producers that send to them over a network. */
final class ModelBroker {
  private static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration RETRY = Duration.ofSeconds(2);

  private final VirtualTime time;
  private final Faults faults;
  private final Random random;
  private final Set<Integer> events = new TreeSet<>();
  private final TreeMap<Integer, String> deadLetters = new TreeMap<>();

  ModelBroker(VirtualTime time, Faults faults, Random random) {
    this.time = time;
    this.faults = faults;
    this.random = random;
  }

  /** The numbers of the events in the topic. */
  Set<Integer> events() {
    return events;
  }

  /** The numbers of the events in the dead-letter topic, with the reason of each. */
  TreeMap<Integer, String> deadLetters() {
    return deadLetters;
  }

  /** A producer for the process that runs now. */
  Producer<byte[], byte[]> connect(boolean toDeadLetters) {
    if (faults.brokerDown || faults.metadataMissing) {
      throw new KafkaException("No broker answers");
    }
    return new ModelProducer(toDeadLetters);
  }

  private boolean isDown(boolean toDeadLetters) {
    return faults.brokerDown || (toDeadLetters && faults.deadLettersDown);
  }

  private void store(ProducerRecord<byte[], byte[]> record, boolean toDeadLetters) {
    int n = SimulatedEvents.number(new String(record.key(), UTF_8));
    if (toDeadLetters) {
      Header reason = record.headers().lastHeader(DeadLetterFormat.REASON);
      deadLetters.put(n, new String(reason.value(), UTF_8));
    } else {
      events.add(n);
    }
  }

  private Duration latency() {
    return faults.brokerLatency.multipliedBy(1 + random.nextInt(100)).dividedBy(50);
  }

  /** Sends over the model's network; everything else is as the mock does it. */
  private final class ModelProducer extends MockProducer<byte[], byte[]> {
    private final int process = time.process();
    private final boolean toDeadLetters;
    private final Set<Send> unanswered = new LinkedHashSet<>();
    private boolean closed;

    ModelProducer(boolean toDeadLetters) {
      super(false, null, new ByteArraySerializer(), new ByteArraySerializer());
      this.toDeadLetters = toDeadLetters;
    }

    private final class Send {
      private final Callback callback;

      Send(Callback callback) {
        this.callback = callback;
      }

      void answer(Exception failure) {
        if (unanswered.remove(this) && process == time.process()) {
          callback.onCompletion(null, failure);
        }
      }
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
      if (closed) {
        throw new IllegalStateException("Cannot perform operation after producer has been closed");
      }
      int n = SimulatedEvents.number(new String(record.key(), UTF_8));
      Send send = new Send(callback);
      unanswered.add(send);
      if (SimulatedEvents.isTooLargeForKafka(n) && !isStub(record)) {
        send.answer(new RecordTooLargeException("larger than max.request.size"));
      } else if (faults.metadataMissing) {
        send.answer(new TimeoutException("Topic not present in metadata"));
      } else if (faults.bufferFull) {
        send.answer(new BufferExhaustedException("Failed to allocate memory"));
      } else {
        transmit(record, send);
      }
      return new CompletableFuture<>();
    }

    private void transmit(ProducerRecord<byte[], byte[]> record, Send send) {
      boolean lost = random.nextDouble() < faults.lostRecords;
      boolean silent = random.nextDouble() < faults.lostAcks;
      time.after(latency(), () -> arrive(record, send, lost, silent));
      time.after(RETRY, () -> arrive(record, send, lost && random.nextBoolean(), silent));
      time.after(DELIVERY_TIMEOUT, () -> send.answer(new TimeoutException("Expiring 1 record")));
    }

    private void arrive(
        ProducerRecord<byte[], byte[]> record, Send send, boolean lost, boolean silent) {
      if (!unanswered.contains(send) || lost || isDown(toDeadLetters)) {
        return;
      }
      store(record, toDeadLetters);
      if (!silent) {
        Exception failure =
            faults.producerFails ? new ProducerFencedException("fenced meanwhile") : null;
        time.after(latency(), () -> send.answer(failure));
      }
    }

    @Override
    public void close(Duration timeout) {
      closed = true;
      List.copyOf(unanswered).forEach(send -> send.answer(new KafkaException("Producer closed")));
    }
  }

  private static boolean isStub(ProducerRecord<byte[], byte[]> record) {
    return record.headers().lastHeader(DeadLetterFormat.STUB) != null;
  }
}
