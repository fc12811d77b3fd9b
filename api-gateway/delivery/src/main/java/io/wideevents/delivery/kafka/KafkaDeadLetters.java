package io.wideevents.delivery.kafka;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.RejectedEvent;
import io.wideevents.delivery.RejectedEventPort;
import io.wideevents.delivery.spool.DeadLetterPort;
import io.wideevents.delivery.spool.SpooledEvent;
import io.wideevents.event.DeadLetterPart;
import io.wideevents.kafka.DeadLetterCuts;
import io.wideevents.kafka.ProducerConnection;
import io.wideevents.kafka.ProducerSource;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends events to the dead-letter topic with the reason in headers: spooled events that MongoDB
 * rejects, and posted events that break a rule. If a record is too large for the topic, a stub is
 * sent instead: of a spooled event with the next attempt, of a posted event at once.
 *
 * <p>Connects with {@link #start}, or with the first dead letter, because most gateways never have
 * one. Safe for concurrent use. Owned, and closed, by {@code GatewayApplication}.
 */
public final class KafkaDeadLetters implements DeadLetterPort, RejectedEventPort, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(KafkaDeadLetters.class);

  // An event without an acknowledgement stays in the spool and is sent again.
  private static final Duration FLUSH_TIMEOUT = Duration.ofMillis(200);

  private final ClosingTime closing;
  private final ProducerConnection connection;
  private final DeadLetterForm form;
  private final RecordPublisher<SpooledEvent> publisher;
  private final RecordPublisher<RejectedLetter> rejectedEvents;
  private final String topic;
  private final Map<DeadLetterPart, LongAdder> cut =
      Arrays.stream(DeadLetterPart.values())
          .collect(Collectors.toUnmodifiableMap(part -> part, part -> new LongAdder()));

  /**
   * @param closing bounds the time to close
   */
  public KafkaDeadLetters(KafkaSettings settings, ClosingTime closing, Timing timing) {
    this(settings, GatewayProducers.ofDeadLetters(settings), closing, timing);
  }

  KafkaDeadLetters(
      KafkaSettings settings, ProducerSource producers, ClosingTime closing, Timing timing) {
    this.closing = closing;
    this.connection = GatewayProducers.connection(producers, settings.brokers(), timing);
    this.topic = settings.deadLetters().name();
    DeadLetterCuts cuts =
        new DeadLetterCuts(log, topic, part -> Objects.requireNonNull(cut.get(part)).increment());
    this.form = new DeadLetterForm(topic, new EventForm(settings.topic().name()), cuts);
    this.publisher = new RecordPublisher<>(connection, form, timing);
    this.rejectedEvents =
        new RecordPublisher<>(connection, new RejectedLetter.Form(topic, cuts), timing);
  }

  /** Connects in the background, so that the first dead letter need not wait. */
  public void start() {
    connection.start();
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> deadLetter(
      List<SpooledEvent> events, Deadline deadline) {
    connection.start();
    return publisher
        .log(events, deadline)
        .thenApply(outcomes -> form.stubNextTime(events, outcomes));
  }

  @Override
  public int deadLetter(List<RejectedEvent> events, Instant receivedAt, Deadline deadline) {
    connection.start();
    List<RejectedLetter> letters =
        events.stream().map(event -> RejectedLetter.of(event, receivedAt, topic)).toList();
    int notConfirmed = 0;
    while (!letters.isEmpty()) {
      List<DeliveryOutcome> outcomes = rejectedEvents.log(letters, deadline).join();
      List<RejectedLetter> tooLarge = new ArrayList<>();
      for (int i = 0; i < outcomes.size(); i++) {
        if (outcomes.get(i) instanceof DeliveryOutcome.Refused && !letters.get(i).isSmallest()) {
          tooLarge.add(letters.get(i).smaller());
        } else if (!(outcomes.get(i) instanceof DeliveryOutcome.Durable)) {
          notConfirmed++;
        }
      }
      letters = tooLarge;
    }
    return notConfirmed;
  }

  /** The number of dead letters without the given part of their event. */
  public long lacking(DeadLetterPart part) {
    return Objects.requireNonNull(cut.get(part)).sum();
  }

  @Override
  public void close() {
    connection.disconnect().ifPresent(producer -> producer.close(closing.grant(FLUSH_TIMEOUT)));
  }
}
