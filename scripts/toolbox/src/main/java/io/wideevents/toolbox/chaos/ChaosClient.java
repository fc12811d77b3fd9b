package io.wideevents.toolbox.chaos;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/**
 * A client that follows the protocol: after 429, 503 or no answer it posts the same bytes again,
 * until they are answered. Sometimes it posts acknowledged bytes again, like a client that did not
 * receive the answer.
 */
final class ChaosClient {
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(15);
  private static final Duration FIRST_WAIT = Duration.ofMillis(100);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);
  private static final int ONE_IN_REPEATED = 20;

  private final HttpClient http;
  private final URI events;
  private final RequestSource source;
  private final Random random;
  private final Duration meanPause;
  private final ClientLedger ledger;
  private final Scoreboard scoreboard;

  /**
   * When the client stops posting new bodies, and when it stops retrying; values of {@link
   * System#nanoTime}.
   */
  record Hours(long endNanos, long giveUpNanos) {}

  /**
   * @param http shared by all clients
   * @param events URL to post to
   * @param meanPause mean pause between two bodies
   */
  ChaosClient(
      HttpClient http,
      URI events,
      RequestSource source,
      Random random,
      Duration meanPause,
      ClientLedger ledger,
      Scoreboard scoreboard) {
    this.http = http;
    this.events = events;
    this.source = source;
    this.random = random;
    this.meanPause = meanPause;
    this.ledger = ledger;
    this.scoreboard = scoreboard;
  }

  /**
   * Posts until the end, and then retries until the last body is answered or the client gives up.
   */
  void run(Hours hours) throws InterruptedException {
    pause();
    while (System.nanoTime() - hours.endNanos() < 0) {
      RequestBody body = source.next();
      int first = ledger.post(body.ids().size());
      scoreboard.posted(body.ids().size());
      deliver(body, first, hours.giveUpNanos());
      if (random.nextInt(ONE_IN_REPEATED) == 0) {
        deliver(body, first, hours.giveUpNanos());
      }
      pause();
    }
  }

  private void pause() throws InterruptedException {
    double factor = -Math.log(1 - random.nextDouble());
    Thread.sleep(Duration.ofNanos((long) (meanPause.toNanos() * factor)));
  }

  private void deliver(RequestBody body, int first, long giveUpNanos) throws InterruptedException {
    HttpRequest request = request(body);
    Phase phase = scoreboard.phase();
    long begin = System.nanoTime();
    Duration wait = FIRST_WAIT;
    while (true) {
      if (attempt(request, body.ids().size()) instanceof Reply.Final reply) {
        settle(reply.entries(), body.ids(), first, phase, begin);
        return;
      }
      if (System.nanoTime() - giveUpNanos > 0) {
        giveUp(first, body.ids().size());
        return;
      }
      Thread.sleep(wait.dividedBy(2).plusMillis(random.nextLong(wait.toMillis())));
      wait = shorter(wait.multipliedBy(2), LONGEST_WAIT);
    }
  }

  private void giveUp(int first, int events) {
    for (int place = first; place < first + events; place++) {
      // A repeated body may have been acknowledged at its first post.
      if (!ledger.isAcknowledged(place)) {
        ledger.giveUp(1);
      }
    }
  }

  private Reply attempt(HttpRequest request, int events) throws InterruptedException {
    try {
      HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
      scoreboard.replied(response.statusCode());
      return Reply.read(response.statusCode(), response.body(), events);
    } catch (IOException e) {
      scoreboard.broken();
      return new Reply.Later();
    }
  }

  private void settle(
      List<Reply.Entry> entries, List<UUID> ids, int first, Phase phase, long begin) {
    Map<String, Integer> byTier = new HashMap<>();
    for (int i = 0; i < entries.size(); i++) {
      switch (entries.get(i)) {
        case Reply.Durable durable -> {
          byTier.merge(durable.tier(), 1, Integer::sum);
          if (!durable.eventId().equals(ids.get(i).toString())) {
            scoreboard.wrongId();
          }
          ledger.acknowledge(first + i);
        }
        case Reply.Refused refused -> {
          scoreboard.refused(refused.code());
          if (!ledger.isAcknowledged(first + i)) {
            ledger.refuse(1);
          }
        }
      }
    }
    if (!byTier.isEmpty()) {
      scoreboard.acknowledged(phase, System.nanoTime() - begin, byTier);
    }
  }

  private HttpRequest request(RequestBody body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(events)
            .timeout(REQUEST_TIMEOUT)
            .header("Content-Type", body.contentType())
            .POST(BodyPublishers.ofByteArray(body.bytes()));
    body.encoding().ifPresent(encoding -> request.header("Content-Encoding", encoding));
    return request.build();
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }
}
