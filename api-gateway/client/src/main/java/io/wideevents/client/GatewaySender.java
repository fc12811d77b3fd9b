package io.wideevents.client;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.NotSentException;
import io.wideevents.log.LogThrottle;
import io.wideevents.time.Backoff;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers batches of events to the gateway, and retries a batch with the same bytes until the
 * gateway has decided about each of its events. The gateway stores an event once, however often it
 * arrives, because the event has its id.
 *
 * <p>After a failure the next request waits: with full jitter, up to 30 seconds, and at least for
 * the gateway's {@code Retry-After}. There is one request at a time, so a gateway in trouble gets
 * one request per wait from each service: no further circuit breaker is needed. After a reply that
 * only a person can change, such as 401, the wait is 30 to 60 seconds.
 *
 * <p>{@link #send} blocks, and is for one thread at a time. {@link #hurry}, on any thread, ends a
 * wait between two requests, because a closing service has no time for it. {@link #close} ends
 * {@code send}.
 */
final class GatewaySender implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WideEventsClient.class);

  /** The gateway may close an idle connection just when a request is sent. That is no failure. */
  private static final int FAILURES_BEFORE_LOG = 2;

  private static final int FULL_BATCH_EVENTS = 500;
  private static final int FULL_BATCH_BYTES = 64 << 10;

  /** The longest wait after a failure while the service is closing. */
  private static final Duration LONGEST_WHEN_HURRIED = Duration.ofMillis(500);

  private final GatewayClient client;
  private final ClientCounters counters;
  private final Backoff backoff =
      new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), new SplittableRandom());
  private final Backoff slow =
      new Backoff(Duration.ofSeconds(30), Duration.ofSeconds(30), new SplittableRandom());
  private final CountDownLatch hurried = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final LogThrottle failing = new LogThrottle(Duration.ofMinutes(1));
  private final LogThrottle misconfigured = LogThrottle.oncePerFailure();
  private final LogThrottle rejections = new LogThrottle(Duration.ofSeconds(10));
  private final Duration linger;
  private Deadline lingersUntil = Deadline.after(Duration.ZERO);
  private int failures;

  GatewaySender(SenderSettings settings, ClientCounters counters) {
    this.client = new GatewayClient(settings);
    this.counters = counters;
    this.linger = settings.linger();
  }

  /**
   * Sends events, and blocks until each has an outcome, until the deadline at most.
   *
   * @param events as posted JSON; at least one
   * @return one outcome per event, in order
   */
  List<DeliveryOutcome> send(List<byte[]> events, Deadline deadline) {
    byte[] body = EventBody.of(events);
    if (events.size() < FULL_BATCH_EVENTS && body.length < FULL_BATCH_BYTES) {
      await(hurried, deadline.atMost(lingersUntil.remaining()));
    }
    lingersUntil = Deadline.after(linger);
    while (!deadline.remaining().isZero() && closed.getCount() > 0) {
      counters.requests.increment();
      switch (client.post(body, events.size(), deadline.remaining())) {
        case Attempt.Answered answered -> {
          succeeded();
          answered.outcomes().forEach(this::count);
          return answered.outcomes();
        }
        case Attempt.BodyRejected rejected -> {
          succeeded();
          return inHalves(events, rejected.reason(), deadline);
        }
        case Attempt.Failed failed -> {
          Duration wait = backoff.after(++failures);
          reportFailure(failed.reason());
          pause(failed.retryAfter().map(wait::plus).orElse(wait), deadline);
        }
        case Attempt.Misconfigured wrong -> {
          failures++;
          reportMisconfigured(wrong.reason());
          pause(Duration.ofSeconds(30).plus(slow.after(1)), deadline);
        }
      }
    }
    NotSentException cause = new NotSentException("The gateway did not confirm the event in time");
    return Collections.nCopies(events.size(), new DeliveryOutcome.NotConfirmed(cause));
  }

  /** Finds the event because of which the gateway rejects the body, or bodies that are small. */
  private List<DeliveryOutcome> inHalves(
      List<byte[]> events, DeliveryOutcome.Refused reason, Deadline deadline) {
    if (events.size() == 1) {
      count(reason);
      return List.of(reason);
    }
    int middle = events.size() / 2;
    List<DeliveryOutcome> outcomes = new ArrayList<>(send(events.subList(0, middle), deadline));
    outcomes.addAll(send(events.subList(middle, events.size()), deadline));
    return outcomes;
  }

  private void count(DeliveryOutcome outcome) {
    switch (outcome) {
      case DeliveryOutcome.Durable durable -> counters.delivered.increment();
      case DeliveryOutcome.Refused refused -> {
        counters.rejected(refused.code());
        rejections.show(
            refused.code(),
            notShown ->
                log.atError()
                    .addKeyValue("code", refused.code())
                    .addKeyValue("detail", refused.message())
                    .addKeyValue("notShown", notShown)
                    .log("The gateway rejected an event of this process. The event is lost"));
      }
      case DeliveryOutcome.NotConfirmed unknown -> {}
    }
  }

  private void succeeded() {
    failures = 0;
    Runnable line = () -> log.info("The gateway answers requests with events again");
    failing.ended(line);
    misconfigured.ended(line);
  }

  private void reportFailure(String reason) {
    counters.retries.increment();
    if (failures >= FAILURES_BEFORE_LOG) {
      failing.show(
          notShown ->
              log.atWarn()
                  .addKeyValue("error", reason)
                  .addKeyValue("failures", failures)
                  .log(
                      "The gateway does not accept events. This process keeps them and sends them again"));
    }
  }

  private void reportMisconfigured(String reason) {
    counters.retries.increment();
    misconfigured.show(
        reason,
        notShown ->
            log.atError()
                .addKeyValue("error", reason)
                .log(
                    "The gateway cannot take events from this process until GATEWAY_URL,"
                        + " GATEWAY_API_KEY or the gateway is changed. The process keeps them"));
  }

  /** Blocks after a failure, until the deadline or the close at most. */
  private void pause(Duration wait, Deadline deadline) {
    if (hurried.getCount() > 0) {
      await(hurried, deadline.atMost(wait));
    } else {
      await(closed, deadline.atMost(wait).atMost(LONGEST_WHEN_HURRIED));
    }
  }

  /** Blocks until the event, or the end. An interrupt does not end the wait. */
  private static void await(CountDownLatch event, Deadline end) {
    boolean interrupted = false;
    while (!end.remaining().isZero()) {
      try {
        if (event.await(end.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Ends the present wait between two requests, and makes the later ones short. Call before the
   * last events are awaited. Idempotent.
   */
  void hurry() {
    hurried.countDown();
  }

  @Override
  public void close() {
    hurry();
    closed.countDown();
    client.close();
  }
}
