package io.wideevents.client;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.StubEvent;
import io.wideevents.time.Deadline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that is no gateway, and whose reply does not end. */
@Timeout(60)
class EndlessReplyTest {
  private final AtomicLong sent = new AtomicLong();

  @Test
  void send_readsNoMoreOfAReplyThanItsLimit() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread thread = new Thread(() -> reply(server));
      thread.setDaemon(true);
      thread.start();
      URI url = URI.create("http://127.0.0.1:" + server.getLocalPort());
      Duration limit = Duration.ofSeconds(3);
      SenderSettings settings =
          new SenderSettings(url, Optional.empty(), limit, limit, limit, Duration.ZERO);
      try (GatewaySender sender = new GatewaySender(settings, new ClientCounters())) {
        var unused =
            sender.send(List.of(StubEvent.many(1).getFirst().postedJson()), Deadline.after(limit));
      }

      // The limit is 4 MiB. The rest was in buffers of the sockets and of the HTTP client.
      assertThat(sent.get()).isBetween(4L << 20, 40L << 20);
    }
  }

  private void reply(ServerSocket server) {
    byte[] part = new byte[1 << 16];
    try (Socket client = server.accept()) {
      client.getOutputStream().write("HTTP/1.1 202 Accepted\r\n\r\n".getBytes(US_ASCII));
      while (true) {
        client.getOutputStream().write(part);
        sent.addAndGet(part.length);
      }
    } catch (IOException e) {
      // The client has closed the connection.
    }
  }
}
