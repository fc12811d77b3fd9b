package io.wideevents.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wideevents.client.FakeGateway.Reply;
import io.wideevents.config.InvalidSettingsException;
import io.wideevents.event.Tier;
import io.wideevents.logging.DropReason;
import io.wideevents.logging.Ending;
import io.wideevents.logging.LoggingContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;

@Timeout(60)
class WideEventsClientTest {
  @TempDir private Path directory;
  private final FakeGateway gateway = new FakeGateway();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void events_reachTheGatewayOnce() throws Exception {
    try (WideEventsClient events = start(Map.of())) {
      complete(events, 1_000);

      await().until(() -> gateway.stored().size() == 1_000);
      await().until(() -> events.logging().stats().inFlight() == 0);
      assertThat(events.logging().stats().durable()).containsEntry(Tier.KAFKA, 1_000L);
      assertThat(events.stats().delivered()).isEqualTo(1_000);
      assertThat(gateway.stored().values()).containsOnly(1);
    }
  }

  @Test
  void events_waitForAGatewayThatStartsLater() throws Exception {
    int port = gateway.port();
    gateway.close();
    try (WideEventsClient events = start(Map.of())) {
      complete(events, 20);

      try (FakeGateway later = new FakeGateway(port)) {
        await().atMost(Duration.ofSeconds(40)).until(() -> later.stored().size() == 20);
        assertThat(events.logging().stats().droppedTotal()).isZero();
      }
    }
  }

  @Test
  void smallBatches_areCollectedWhileTheClientLingers() {
    try (WideEventsClient events = start(Map.of("GATEWAY_LINGER", "2s"))) {
      for (int i = 0; i < 20; i++) {
        complete(events, 1);
        await().pollDelay(Duration.ofMillis(20)).until(() -> true);
      }

      await().until(() -> gateway.stored().size() == 20);
      assertThat(gateway.requests()).hasSizeLessThan(6);
    }
  }

  @Test
  void rejectedEvents_areDroppedAndCountedWithTheirReason() {
    gateway.behave(posted -> gateway.rejectSome(posted, posted.ids()));
    try (WideEventsClient events = start(Map.of())) {
      complete(events, 5);

      await().until(() -> events.logging().stats().inFlight() == 0);
      assertThat(events.logging().stats().dropped()).containsEntry(DropReason.REFUSED, 5L);
      assertThat(events.stats().rejected()).isEqualTo(Map.of("reserved_name", 5L));
    }
  }

  @Test
  void close_deliversWhatIsQueued() {
    WideEventsClient events = start(Map.of());
    complete(events, 2_000);

    events.close();

    assertThat(gateway.stored()).hasSize(2_000);
    assertThat(events.logging().stats().droppedTotal()).isZero();
  }

  @Test
  void close_doesNotLinger() {
    WideEventsClient events =
        start(Map.of("GATEWAY_LINGER", "10s", "GATEWAY_CLOSE_TIMEOUT", "30s"));
    complete(events, 1);
    await().until(() -> gateway.stored().size() == 1);
    complete(events, 1);

    events.close();

    assertThat(events.logging().stats().droppedTotal()).isZero();
    assertThat(gateway.stored()).hasSize(2);
  }

  @Test
  void close_triesOnceMoreWhileTheClientWaitsAfterAFailure() {
    gateway.behave(
        posted ->
            posted.number() == 0
                ? new Reply(503, Map.of("Retry-After", "120"), "")
                : gateway.accept(posted));
    WideEventsClient events = start(Map.of("GATEWAY_CLOSE_TIMEOUT", "30s"));
    complete(events, 1);
    await().until(() -> events.stats().retries() == 1);

    events.close();

    assertThat(events.logging().stats().droppedTotal()).isZero();
    assertThat(gateway.stored()).hasSize(1);
  }

  @Test
  void close_retriesSlowlyWhileTheGatewayFails() {
    gateway.behave(posted -> new Reply(503, ""));
    WideEventsClient events = start(Map.of("GATEWAY_CLOSE_TIMEOUT", "1s"));
    complete(events, 1);
    await().until(() -> events.stats().retries() > 0);
    long before = events.stats().requests();

    events.close();

    assertThat(events.stats().requests() - before).isLessThan(30);
    assertThat(events.logging().stats().droppedTotal()).isOne();
  }

  @Test
  void close_countsWhatTheGatewayDoesNotConfirmInTime() {
    gateway.behave(posted -> new Reply(-1, ""));
    WideEventsClient events = start(Map.of("GATEWAY_CLOSE_TIMEOUT", "500ms"));
    complete(events, 100);
    await().until(() -> !gateway.requests().isEmpty());
    long start = System.nanoTime();

    events.close();
    events.close();

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    await().until(() -> events.logging().stats().inFlight() == 0);
    assertThat(events.logging().stats().droppedTotal()).isEqualTo(100);
    assertThat(liveThreads()).isZero();
  }

  @Test
  void requests_doNotWaitForAGatewayThatDoesNotAnswer() {
    gateway.behave(posted -> new Reply(-1, ""));
    try (WideEventsClient events =
        start(Map.of("GATEWAY_CLOSE_TIMEOUT", "100ms", "LOGGING_QUEUE_BYTES", "1MiB"))) {
      long start = System.nanoTime();

      complete(events, 20_000);

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
      assertThat(events.logging().stats().dropped().get(DropReason.QUEUES_FULL)).isPositive();
      assertThat(events.logging().stats().queuedBytes()).isLessThan(2 << 20);
    }
  }

  @Test
  void journal_keepsTheEventsOfAServiceThatWasClosedDuringAnOutage() {
    // Given
    int port = gateway.port();
    gateway.close();
    Map<String, String> journal =
        Map.of("GATEWAY_JOURNAL_DIR", directory.toString(), "GATEWAY_CLOSE_TIMEOUT", "1s");
    WideEventsClient before = start(journal);
    complete(before, 300);

    // When
    before.close();

    // Then
    assertThat(before.logging().stats().durable()).containsEntry(Tier.SPOOL, 300L);
    try (FakeGateway later = new FakeGateway(port);
        WideEventsClient after = start(journal)) {
      await().until(() -> later.stored().size() == 300);
      await().until(() -> after.stats().journalBytes() == 0);
      assertThat(after.stats().delivered()).isEqualTo(300);
    }
  }

  @Test
  void journal_holdsTheEventBeforeTheRequestEnds() throws Exception {
    gateway.behave(posted -> new Reply(-1, ""));
    try (WideEventsClient events =
        start(
            Map.of(
                "GATEWAY_JOURNAL_DIR", directory.toString(),
                "LOGGING_JOURNAL", "true",
                "GATEWAY_CLOSE_TIMEOUT", "200ms"))) {
      LoggingContext request = events.logging().begin("r-1", null);

      events.logging().complete(request, Ending.ANSWERED);

      try (var files = Files.list(directory)) {
        assertThat(files.filter(JournalSegment::isSegment))
            .anySatisfy(file -> assertThat(file).content().contains("\"requestId\":\"r-1\""));
      }
    }
  }

  @Test
  void fullJournal_delaysNoRequest() {
    // Given a journal that the events of an outage fill
    gateway.behave(posted -> new Reply(503, ""));
    try (WideEventsClient events =
        start(
            Map.of(
                "GATEWAY_JOURNAL_DIR", directory.toString(),
                "GATEWAY_JOURNAL_MAX_BYTES", "16MiB",
                "LOGGING_JOURNAL", "true",
                "GATEWAY_CLOSE_TIMEOUT", "200ms"))) {
      completeLarge(events);
      long bytesOfOne = events.stats().journalBytes();
      while (events.stats().journalBytes() + bytesOfOne <= 16 << 20) {
        completeLarge(events);
      }
      long start = System.nanoTime();

      // When
      completeLarge(events);

      // Then
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
      assertThat(events.logging().stats().inFlight()).isOne();
    }
  }

  @Test
  void start_failsWhileAnotherClientUsesTheJournal() {
    Map<String, String> journal = Map.of("GATEWAY_JOURNAL_DIR", directory.toString());
    try (WideEventsClient first = start(journal)) {
      assertThatThrownBy(() -> start(journal)).hasMessageContaining("GATEWAY_JOURNAL_DIR");
      assertThat(first.stats().requests()).isZero();
    }
  }

  @Test
  void requestId_isInTheMdcUnlessTurnedOff() throws Exception {
    try (WideEventsClient events = start(Map.of())) {
      String inside = events.logging().call("job", () -> MDC.get("requestId"));
      assertThat(inside).hasSize(32);
    }
    try (WideEventsClient events = start(Map.of("LOGGING_MDC", "false"))) {
      boolean isThere = events.logging().call("job", () -> MDC.get("requestId") != null);
      assertThat(isThere).isFalse();
    }
  }

  @Test
  void start_reportsAllInvalidSettings() {
    assertThatThrownBy(
            () ->
                WideEventsClient.start(
                    "shop",
                    Map.of(
                        "GATEWAY_URL", "ftp://somewhere",
                        "GATEWAY_API_KEY", "secret\u00e9",
                        "LOGGING_JOURNAL", "true",
                        "EVENT_REDACT_PATTERN", "(")))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("GATEWAY_URL=ftp://somewhere")
        .hasMessageContaining("GATEWAY_API_KEY")
        .hasMessageContaining("GATEWAY_JOURNAL_DIR")
        .hasMessageContaining("EVENT_REDACT_PATTERN")
        .hasMessageNotContaining("secret");
  }

  private WideEventsClient start(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("GATEWAY_URL", gateway.url().toString());
    environment.putIfAbsent("GATEWAY_LINGER", "0ms");
    return WideEventsClient.start("shop", environment);
  }

  private static void complete(WideEventsClient events, int requests) {
    for (int i = 0; i < requests; i++) {
      LoggingContext context = events.logging().begin("request-" + i, null);
      events.logging().complete(context.route("GET /").set("n", i), Ending.ANSWERED);
    }
  }

  private static void completeLarge(WideEventsClient events) {
    LoggingContext context = events.logging().begin("large", null);
    events.logging().complete(context.set("text", "x".repeat(200_000)), Ending.ANSWERED);
  }

  private static long liveThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.isAlive() && thread.getName().startsWith("logging-"))
        .count();
  }
}
