package io.wideevents.query.http;

import static io.wideevents.query.http.QueryApi.json;
import static io.wideevents.query.http.QueryApi.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.query.store.StoredEvents;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The tail over the real MongoDB. */
@EnabledIf(
    value = "io.wideevents.stack.TestStack#mongoIsServer",
    disabledReason = "The stand-in for MongoDB has no change streams")
class TailIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  private StoredEvents stored;
  private QueryApi api;

  /** An open tail, whose blocks of lines are read in the background. */
  private static final class OpenTail implements AutoCloseable {
    private final InputStream body;
    final BlockingQueue<String> blocks = new LinkedBlockingQueue<>();
    volatile boolean ended;

    OpenTail(InputStream body) {
      this.body = body;
      Thread.ofVirtual().start(this::read);
    }

    private void read() {
      try (Scanner scanner = new Scanner(body, StandardCharsets.UTF_8).useDelimiter("\n\n")) {
        while (scanner.hasNext()) {
          String block = scanner.next();
          if (!block.startsWith(":")) {
            blocks.add(block);
          }
        }
      } finally {
        ended = true;
      }
    }

    /** The next block that is not a comment. */
    String next() throws InterruptedException {
      String block;
      do {
        block = blocks.poll(SOON.toSeconds(), TimeUnit.SECONDS);
        assertThat(block).as("next block").isNotNull();
      } while (block.startsWith(":"));
      return block;
    }

    @Override
    public void close() throws IOException {
      body.close();
    }
  }

  @BeforeEach
  void start() {
    stored = StoredEvents.in(TailIT.class);
    api = new QueryApi(stored.settings(Duration.ofSeconds(10)), 2);
  }

  @AfterEach
  void close() {
    api.close();
    stored.close();
  }

  @Test
  void tail_showsMatchingEventsAsTheyAreStored() throws Exception {
    try (OpenTail tail = open(path("/v1/tail?filter={}", "service:a has:note -note:no"))) {
      assertThat(tail.next()).startsWith("retry: 3000\nid: ");

      stored.add(List.of(event("a", "yes"), event("b", "yes"), event("a", "no"), event("a", "ja")));

      assertThat(tail.next()).contains("\nevent: wide-event\ndata: {\"eventId\":\"", "\"yes\"");
      assertThat(tail.next()).contains("\"ja\"");
    }
  }

  @Test
  void tail_continuesAfterTheLastEventId() throws Exception {
    String lastId;
    try (OpenTail tail = open("/v1/tail")) {
      tail.next();
      stored.add(List.of(event("a", "first")));
      lastId = id(tail.next());
    }
    stored.add(List.of(event("a", "second")));

    try (OpenTail tail = open("/v1/tail", "Last-Event-ID", lastId)) {
      tail.next();
      assertThat(tail.next()).contains("second");
    }
  }

  @Test
  void tail_afterAPositionOfNoTail_isRejected() throws Exception {
    assertThat(json(api.get("/v1/tail", "Last-Event-ID", "{\"$gt\":1}")).get("code").asString())
        .isEqualTo("parameter_invalid");
    assertThat(json(api.get("/v1/tail", "Last-Event-ID", "abcdef01")).get("code").asString())
        .isEqualTo("parameter_invalid");
  }

  @Test
  void tail_afterAPositionThatMongoNoLongerHas_isRejected() throws Exception {
    // The token of a real change, with the seconds of 1970
    HttpResponse<String> reply =
        api.get("/v1/tail", "Last-Event-ID", "8260000000000005112B0229296E04");

    assertThat(reply.statusCode()).isEqualTo(410);
    assertThat(json(reply).get("code").asString()).isEqualTo("tail_expired");
  }

  @Test
  void tail_skipsEventsBeyondFiftyASecond_andSaysHowMany() throws Exception {
    try (OpenTail tail = open("/v1/tail")) {
      tail.next();

      stored.add(IntStream.range(0, 500).mapToObj(n -> event("a", "" + n)).toList());

      int shown = 0;
      int skipped = 0;
      while (shown + skipped < 500) {
        String block = tail.next();
        if (block.contains("event: skipped")) {
          skipped += Integer.parseInt(block.replaceAll("(?s).*\"events\":(\\d+).*", "$1"));
        } else if (block.contains("event: wide-event")) {
          shown++;
        }
      }
      assertThat(shown + skipped).isEqualTo(500);
      assertThat(skipped).isPositive();
    }
  }

  @Test
  void tails_areLimited_andEndWithTheClientAndWithTheGateway() throws Exception {
    OpenTail first = open("/v1/tail");
    first.next();
    try (OpenTail second = open("/v1/tail")) {
      second.next();
      HttpResponse<String> third = api.get("/v1/tail");
      assertThat(third.statusCode()).isEqualTo(429);
      assertThat(third.headers().firstValue("Retry-After")).contains("1");

      first.close();
      // The server notices with one of the next two writes.
      await()
          .atMost(Duration.ofSeconds(40))
          .pollInterval(Duration.ofMillis(100))
          .until(
              () -> {
                stored.add(List.of(event("a", "x")));
                return api.store().tails() == 1;
              });

      api.endTails();
      await().atMost(SOON).until(() -> second.ended);
      await().atMost(SOON).until(() -> api.store().tails() == 0);
    }
  }

  @Test
  void closedTail_withoutEvents_isFreeForOthersSoon() throws Exception {
    OpenTail tail = open(path("/v1/tail?filter={}", "service:none"));
    tail.next();

    tail.close();

    // The first write after the end of the connection succeeds.
    await().atMost(Duration.ofSeconds(5)).until(() -> api.store().tails() == 0);
  }

  @Test
  void tail_ends_whenItsKeyIsDeleted() throws Exception {
    try (OpenTail tail = open("/v1/tail")) {
      tail.next();
      stored.add(List.of(event("a", "seen")));
      assertThat(tail.next()).contains("seen");

      api.admits = false;

      await().atMost(SOON).until(() -> tail.ended);
      await().atMost(SOON).until(() -> api.store().tails() == 0);
    }
  }

  @Test
  void tail_endsWithAProblem_whenTheConnectionToMongoEnds() throws Exception {
    try (OpenTail tail = open("/v1/tail")) {
      tail.next();

      api.store().close();

      assertThat(tail.next()).contains("event: problem\ndata: {", "store_unavailable");
      await().atMost(SOON).until(() -> tail.ended);
    }
  }

  private OpenTail open(String path, String... headers) throws Exception {
    HttpResponse<InputStream> response =
        api.client().send(api.request(path, headers), BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
    return new OpenTail(response.body());
  }

  private static String id(String block) {
    return block
        .lines()
        .filter(line -> line.startsWith("id: "))
        .findFirst()
        .orElseThrow()
        .substring(4);
  }

  private static String event(String service, String note) {
    return """
        {"requestId":"r","service":"%s","route":"/","timestamp":"%s","note":"%s"}"""
        .formatted(service, Instant.now(), note);
  }
}
