package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.TestEvents;
import io.wideevents.event.Tier;
import io.wideevents.time.Deadline;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a body holds must not keep other requests from being answered. */
@Tag("slow")
class BusyBodiesTest {
  private static final int CLIENTS = 16;

  @Test
  void health_isAnsweredWhileBodiesTakeAllProcessors() throws Exception {
    // Given clients that post compressed bodies which inflate to the limit
    byte[] busy = Bodies.gzip(manyNames());
    AtomicBoolean stop = new AtomicBoolean();
    List<CompletableFuture<Void>> clients = new ArrayList<>();
    try (TestServer server = new TestServer()) {
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(
            CompletableFuture.runAsync(
                () -> {
                  while (!stop.get()) {
                    server.post(busy, "application/json", "Content-Encoding", "gzip");
                  }
                },
                task -> Thread.ofPlatform().daemon().start(task)));
      }

      // When
      List<Integer> statuses = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        statuses.add(server.get("/health/live").statusCode());
        statuses.add(server.get("/metrics").statusCode());
      }
      HttpResponse<String> small =
          server.post(
              TestEvents.minimal("req-" + ThreadLocalRandom.current().nextInt(), Instant.now()));
      stop.set(true);
      CompletableFuture.allOf(clients.toArray(CompletableFuture<?>[]::new))
          .get(60, TimeUnit.SECONDS);

      // Then
      assertThat(statuses).containsOnly(200);
      assertThat(small.statusCode()).isIn(202, 429);
    }
  }

  @Test
  void errors_areAnsweredAndLeaveTheServerWorking() {
    AtomicBoolean fails = new AtomicBoolean(true);
    try (TestServer server =
        new TestServer(
            TestServer.settings(Duration.ofSeconds(2)),
            new RecordingLogger(Tier.KAFKA),
            logger -> new FailingLogger(logger, fails))) {
      String event = TestEvents.minimal("req-1", Instant.now());

      HttpResponse<String> failed = server.post(event);
      fails.set(false);
      HttpResponse<String> next = server.post(event);

      assertThat(failed.statusCode()).isEqualTo(500);
      assertThat(ReplyJson.parse(failed.body())).containsEntry("code", "internal_error");
      assertThat(next.statusCode()).isEqualTo(202);
    }
  }

  private record FailingLogger(LoggerPort logger, AtomicBoolean fails) implements LoggerPort {
    @Override
    public CompletableFuture<List<DeliveryOutcome>> log(
        List<EncodedEvent> events, Deadline deadline) {
      if (fails.get()) {
        throw new StackOverflowError("wanted");
      }
      return logger.log(events, deadline);
    }

    @Override
    public void close() {
      logger.close();
    }
  }

  private static byte[] manyNames() {
    StringBuilder event = new StringBuilder("{\"a\":[1");
    while (event.length() < TestServer.MAX_INFLATED - 100) {
      event.append(",{\"name").append(event.length()).append("\":1}");
    }
    return event.append("]}").toString().getBytes(UTF_8);
  }
}
