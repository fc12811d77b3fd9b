package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.event.TestEvents;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Clients that do not read their replies must not take the memory of others. */
class UnreadRepliesTest {
  private static final int SMALL_RECEIVE_BUFFER = 4 * 1024;
  // The buffers of both ends take some 85 KB: the reply to the first request, of 37 KB, but not the
  // one to the second, of 100 KB.
  private static final int EVENTS = 100;
  private static final String FIRST = "{}\n".repeat(EVENTS);
  private static final String PROBLEMS =
      IntStream.range(0, 20)
          .mapToObj(i -> "\"name%d\":%s1%s,".formatted(i, "[".repeat(46), "]".repeat(46)))
          .collect(Collectors.joining());
  private static final String ATTACKER = "127.0.0.2";

  private final TestServer server = new TestServer();
  private final List<Socket> unread = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (Socket socket : unread) {
      socket.close();
    }
    server.close();
  }

  @Test
  void unreadReplies_doNotKeepTheMemoryOfTheirBodies() throws IOException {
    // Given bodies that inflate to most of the memory
    unreadReply(900_000);
    unreadReply(500_000);

    // When
    HttpResponse<String> other = server.post(paddedEvent(200_000));

    // Then
    assertThat(other.statusCode()).as(other.body()).isEqualTo(202);
    assertThat(server.inFlightBytes()).isBetween(1L, 1_500_000L);
  }

  @Test
  void unreadReplies_countToTheShareOfTheirClient() throws IOException {
    long share = new ByteBudget(TestServer.MAX_IN_FLIGHT, TestServer.MAX_BODY).shareBytes();
    while (server.inFlightBytes() < share) {
      unreadReply(1_000);
    }

    try (RawConnection more = RawConnection.from(ATTACKER, server.port())) {
      more.send(request(new byte[1]));
      assertThat(more.readUntil("}")).startsWith("HTTP/1.1 429").contains("client_share_taken");
    }
    assertThat(server.post(paddedEvent(200_000)).statusCode()).isEqualTo(202);
    for (Socket socket : unread) {
      socket.close();
    }
    await().until(() -> server.inFlightBytes() == 0 && server.held().receivingClients() == 0);
  }

  /** Posts broken events, and waits until their reply is not taken. */
  private void unreadReply(int bytes) throws IOException {
    int before = server.underWay();
    Socket socket = new Socket();
    unread.add(socket);
    socket.setReceiveBufferSize(SMALL_RECEIVE_BUFFER);
    socket.bind(new InetSocketAddress(ATTACKER, 0));
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    socket.getOutputStream().write(request(FIRST.getBytes(UTF_8)));
    int padding = Math.max(0, bytes / EVENTS - PROBLEMS.length());
    String event = "{" + PROBLEMS + "\"pad\":\"" + "x".repeat(padding) + "\"}\n";
    socket.getOutputStream().write(request(event.repeat(EVENTS).getBytes(UTF_8)));
    long[] last = {-1};
    await()
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              long now = server.inFlightBytes();
              boolean isStable =
                  now == last[0]
                      && server.underWay() == before + 1
                      && server.metrics.requestsRefused().isEmpty();
              last[0] = now;
              return isStable;
            });
  }

  private static byte[] request(byte[] plain) {
    byte[] body = Bodies.gzip(plain);
    String head =
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
            + "Content-Encoding: gzip\r\nContent-Length: "
            + body.length
            + "\r\n\r\n";
    return Bodies.concatenated(head.getBytes(UTF_8), body);
  }

  private static String paddedEvent(int bytes) {
    String event = TestEvents.minimal("req-1", Instant.now());
    return event.substring(0, event.length() - 1) + ",\"pad\":\"" + "x".repeat(bytes) + "\"}";
  }
}
