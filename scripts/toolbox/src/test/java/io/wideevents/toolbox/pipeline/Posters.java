package io.wideevents.toolbox.pipeline;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients that post events without retries, and record the events that were answered with 2xx. Safe
 * for concurrent use.
 */
final class Posters implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI events;
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final Queue<String> refusals = new ConcurrentLinkedQueue<>();
  private final Map<Integer, Integer> statuses = new ConcurrentHashMap<>();
  private final AtomicInteger sent = new AtomicInteger();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopped;

  Posters(URI gateway) {
    this.events = gateway.resolve("/v1/events");
  }

  /** An event, about {@code padding} bytes large. */
  static String event(String requestId, int padding) {
    return """
    {"requestId":"%s","service":"posters","route":"/post","timestamp":"%s","padding":"%s"}"""
        .formatted(requestId, Instant.now(), "x".repeat(padding));
  }

  /**
   * Posts one body with the given number of events and returns the status of the answer; 0 without
   * an answer.
   */
  int post(String name, int count, int padding) {
    List<String> ids = new ArrayList<>();
    var body = new StringBuilder();
    for (int i = 0; i < count; i++) {
      String id = name + "-" + i;
      ids.add(id);
      body.append(event(id, padding)).append('\n');
    }
    sent.incrementAndGet();
    try {
      var response =
          http.send(
              HttpRequest.newBuilder(events)
                  .timeout(TIMEOUT)
                  .header("Content-Type", "application/x-ndjson")
                  .POST(BodyPublishers.ofString(body.toString()))
                  .build(),
              BodyHandlers.ofString());
      if (response.statusCode() == 202) {
        acknowledged.addAll(ids);
      } else {
        refusals.add(response.body());
      }
      statuses.merge(response.statusCode(), 1, Integer::sum);
      return response.statusCode();
    } catch (IOException e) {
      statuses.merge(0, 1, Integer::sum);
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  /** Starts clients that post one body after the other until closed. */
  void start(String name, int clients, int count, int padding) {
    for (int client = 0; client < clients; client++) {
      String prefix = name + "-" + client;
      threads.add(
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    for (int round = 0; !stopped; round++) {
                      if (post(prefix + "-" + round, count, padding) == 0) {
                        return;
                      }
                    }
                  }));
    }
  }

  /** Bodies sent so far, answered or not. */
  int sent() {
    return sent.get();
  }

  /** The request ids of all events answered with 2xx. */
  Set<String> acknowledged() {
    return acknowledged;
  }

  /** Number of answers by status; 0 is a connection that ended without an answer. */
  Map<Integer, Integer> statuses() {
    return new TreeMap<>(statuses);
  }

  /** The bodies of all other answers. */
  List<String> refusals() {
    return List.copyOf(refusals);
  }

  /** Waits until every client has its last answer. */
  void stop() throws InterruptedException {
    stopped = true;
    for (Thread thread : threads) {
      thread.join(TIMEOUT.toMillis());
    }
  }

  @Override
  public void close() {
    stopped = true;
    http.shutdownNow();
  }
}
