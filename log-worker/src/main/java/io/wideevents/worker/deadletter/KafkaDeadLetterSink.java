package io.wideevents.worker.deadletter;

import io.wideevents.event.DeadLetterPart;
import io.wideevents.kafka.DeadLetterCuts;
import io.wideevents.kafka.DeadLetterRecord;
import io.wideevents.kafka.DeadLetterRecord.Size;
import io.wideevents.kafka.DeadLetterSource;
import io.wideevents.kafka.ProducerConnection;
import io.wideevents.kafka.ProducerConnection.Disconnected;
import io.wideevents.kafka.ProducerSource;
import io.wideevents.log.LogThrottle;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores dead letters in a Kafka topic. A record too large for the topic is replaced by a stub, and
 * a stub that is too large by the smallest stub. Both are counted and logged.
 *
 * <p>Connects with the first dead letter. Sends on the thread of the connection, because sending
 * may block for seconds while metadata is fetched. Before the sink sends a dead letter, it checks
 * that the topic exists with the layout of the settings, unless it did so in the last few seconds.
 */
public final class KafkaDeadLetterSink implements DeadLetterSink {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaDeadLetterSink.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(600);

  // Dead letters are usually rare, so the checks are few. If there are many dead letters, those of
  // this interval may reach a re-created topic before the topic's settings are corrected.
  private static final Duration TOPIC_CHECK_INTERVAL = Duration.ofSeconds(5);

  private final String topic;
  private final DeadLetterCuts cuts;
  private final Timing timing;
  private final ProducerConnection connection;

  /**
   * Where dead letters go.
   *
   * @param brokers the bootstrap servers, for the log
   * @param topic the dead-letter topic
   */
  public record Settings(String brokers, String topic) {}

  /**
   * @param cut counts each part of a record that a dead letter lacks
   */
  public KafkaDeadLetterSink(
      ProducerSource producers, Settings settings, Consumer<DeadLetterPart> cut, Timing timing) {
    this.topic = settings.topic();
    this.cuts = new DeadLetterCuts(LOG, topic, cut);
    this.timing = timing;
    this.connection =
        new ProducerConnection(
            producers,
            new ProducerConnection.Settings(
                "dead-letter-sender", settings.brokers(), Optional.empty()),
            LoggerFactory.getLogger(ProducerConnection.class),
            timing);
  }

  @Override
  public CompletableFuture<DeadLetterOutcome> send(DeadLetter letter) {
    connection.start();
    CompletableFuture<DeadLetterOutcome> outcome = new CompletableFuture<>();
    // A record that was cut when it was read must not look like the whole record.
    DeadLetterSource source = letter.toSource();
    onConnection(source, source.isCut() ? Size.STUB : Size.WHOLE, outcome);
    return outcome;
  }

  @Override
  public void close() {
    connection.disconnect().ifPresent(producer -> producer.close(CLOSE_TIMEOUT));
  }

  private void onConnection(
      DeadLetterSource letter, Size size, CompletableFuture<DeadLetterOutcome> outcome) {
    try {
      connection.execute(
          () -> {
            if (outcome.isDone()) {
              return; // the caller timed out while the dead letter waited, and sends it again
            }
            try {
              send(letter, size, outcome);
            } catch (RuntimeException | Error e) {
              // For example no connection, a bug, or a missing class. Without an outcome the caller
              // would wait, and the record's partition would make no progress.
              outcome.complete(new DeadLetterOutcome.NotConfirmed(e));
            }
          });
    } catch (RejectedExecutionException closed) {
      outcome.complete(new DeadLetterOutcome.NotConfirmed(closed));
    }
  }

  private void send(
      DeadLetterSource letter, Size size, CompletableFuture<DeadLetterOutcome> outcome) {
    Producer<byte[], byte[]> producer = connection.producer().orElseThrow(this::unavailable);
    connection.recheckIfOlder(TOPIC_CHECK_INTERVAL);
    DeadLetterRecord record = DeadLetterRecord.of(letter, topic, size);
    CompletableFuture<Boolean> answered = new CompletableFuture<>();
    var unused =
        producer.send(
            record.record(),
            (metadata, failure) -> {
              answered.complete(true);
              try {
                if (failure != null && isFatal(failure)) {
                  connection.replace(producer, failure);
                }
                answered(letter, record, size, failure, outcome);
              } catch (Throwable e) {
                // An Error would end the producer's sender thread.
                outcome.complete(new DeadLetterOutcome.NotConfirmed(e));
              }
            });
    // Not on the outcome: the stub of a record that is too large is another send.
    timing.onTimeout(
        answered,
        ProducerConnection.LONGEST_ANSWER,
        () -> {
          // An Error has ended the producer's sender thread, so the producer completes no send.
          var late = new TimeoutException("The producer did not answer in time");
          connection.replace(producer, late);
          outcome.complete(new DeadLetterOutcome.NotConfirmed(late));
        });
  }

  private void answered(
      DeadLetterSource letter,
      DeadLetterRecord record,
      Size size,
      @Nullable Exception failure,
      CompletableFuture<DeadLetterOutcome> outcome) {
    if (failure == null) {
      // A dead letter that is in the topic must not be sent again because its log line failed.
      LogThrottle.safely(() -> cuts.kept(letter, record));
      outcome.complete(
          size == Size.WHOLE ? new DeadLetterOutcome.Kept() : new DeadLetterOutcome.KeptAsStub());
    } else if (failure instanceof RecordTooLargeException && size != Size.SMALLEST) {
      onConnection(letter, size == Size.WHOLE ? Size.STUB : Size.SMALLEST, outcome);
    } else {
      outcome.complete(new DeadLetterOutcome.NotConfirmed(failure));
    }
  }

  private KafkaException unavailable() {
    String reason =
        connection.unavailability().map(Disconnected::reason).orElse("connected only now");
    return new KafkaException("No connection to Kafka: " + reason);
  }

  private static boolean isFatal(Exception failure) {
    return !(failure instanceof RetriableException || failure instanceof RecordTooLargeException);
  }
}
