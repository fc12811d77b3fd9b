package io.wideevents.toolbox.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.codec.BodyPattern;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/** Posts a few small events at a time, one body after the other, and waits for each reply. */
@SuppressWarnings("try") // A resource is held by being open.
final class OrdinaryClient implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofMillis(50);
  private static final int EVENTS = 3;

  private final FuzzClient client;
  private final String host;
  private final Set<String> acknowledged = new TreeSet<>();
  private final Set<UUID> acknowledgedIds = new HashSet<>();
  private final Map<Integer, Integer> statuses = new TreeMap<>();
  private final Thread thread =
      Thread.ofPlatform().daemon().name("fuzz-ordinary").unstarted(this::run);
  private Duration worst = Duration.ZERO;
  private volatile boolean stopped;

  OrdinaryClient(FuzzClient client, String host) {
    this.client = client;
    this.host = host;
  }

  void start() {
    thread.start();
  }

  /** The request ids of the events that were acknowledged; asked after {@link #close}. */
  Set<String> acknowledged() {
    return acknowledged;
  }

  /** The ids of the same events. */
  Set<UUID> acknowledgedIds() {
    return acknowledgedIds;
  }

  /** How often each status came, 0 for no reply; asked after {@link #close}. */
  Map<Integer, Integer> statuses() {
    return statuses;
  }

  /** The longest time to a reply; asked after {@link #close}. */
  Duration worst() {
    return worst;
  }

  private void run() {
    for (int number = 0; !stopped; number++) {
      post(number);
      LockSupport.parkNanos(INTERVAL.toNanos());
    }
  }

  /** Returns the status, or 0 when there was no reply. */
  private int post(int number) {
    List<String> ids = new ArrayList<>();
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < EVENTS; i++) {
      String id = "ordinary-%d-%d".formatted(number, i);
      ids.add(id);
      lines.append(
          "{\"requestId\":\"%s\",\"service\":\"ordinary\",\"route\":\"/\",\"timestamp\":\"%s\"}%n"
              .formatted(id, Instant.now()));
    }
    byte[] body = lines.toString().getBytes(UTF_8);
    byte[] head =
        """
        POST /v1/events HTTP/1.1
        Host: %s
        Content-Type: application/x-ndjson
        Content-Length: %d
        Connection: close

        """
            .formatted(host, body.length)
            .replace("\n", "\r\n")
            .getBytes(UTF_8);
    long before = System.nanoTime();
    List<FuzzReply> replies =
        client
            .send(
                new FuzzRequest(
                    number,
                    BodyPattern.LINES,
                    BodyPacking.PLAIN,
                    Manner.AT_ONCE,
                    "POST",
                    head,
                    body,
                    true))
            .replies();
    Duration took = Duration.ofNanos(System.nanoTime() - before);
    worst = took.compareTo(worst) > 0 ? took : worst;
    int status = replies.isEmpty() ? 0 : replies.getFirst().status();
    statuses.merge(status, 1, Integer::sum);
    if (status == 202) {
      acknowledged.addAll(ids);
      acknowledgedIds.addAll(replies.getFirst().acknowledged());
    }
    return status;
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    thread.join();
  }
}
