package io.wideevents.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.gateway.http.connections.ConnectionGuard;
import io.wideevents.stack.TestAuthority;
import io.wideevents.testing.LogCapture;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Clients that send the head of a request, or take a reply, more slowly than they may. */
@Tag("slow")
@Execution(ExecutionMode.CONCURRENT)
class SlowClientsTest {
  // The limits are 10 s and 20 s; on a busy machine the guard's clock runs behind.
  private static final Duration CUT_WITHIN = Duration.ofSeconds(90);
  private static final int BIG_REPLY = 1_000_000;
  // More than the buffers of both ends take at once, by half a minute's worth.
  private static final int MIDDLE_REPLY = 350_000;
  private static final String SCRAPE = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
  private static final int SMALL_RECEIVE_BUFFER = 4 * 1024;

  @Test
  void head_mustBeCompleteWithinItsTime() throws IOException {
    try (TestServer server = new TestServer();
        Socket client = connect(server.port())) {
      write(client, "GET /health/live HTTP/1.1\r\nHost: localhost\r\nX: ");

      assertThat(isCutWhile(client, () -> write(client, "x"))).isTrue();
      assertThat(server.closedConnections("slow_head")).isEqualTo(1);
      await().until(() -> server.openConnections() == 0);
      assertThat(server.metrics.requestsRefused()).isEmpty();
    }
  }

  @Test
  void tlsHandshake_mustBeCompleteWithinItsTime(@TempDir Path files) throws IOException {
    try (TestServer server = tlsServer(TestAuthority.create(files));
        Socket client = connect(server.port())) {
      // The beginning of a record of 16 KiB.
      write(client, "\u0016\u0003\u0001?\u0000");

      assertThat(isCutWhile(client, () -> write(client, "x"))).isTrue();
    }
  }

  @Test
  void idleConnection_isKept(@TempDir Path files) throws Exception {
    TestAuthority authority = TestAuthority.create(files);
    try (TestServer plain = new TestServer();
        TestServer tls = tlsServer(authority);
        Socket idle = connect(plain.port());
        SSLSocket idleTls = connectTls(tls.port(), authority)) {
      idleTls.startHandshake();

      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(12));

      for (Socket client : new Socket[] {idle, idleTls}) {
        write(client, "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(client.getInputStream().read()).isEqualTo('H');
      }
    }
  }

  @Test
  void idleTlsConnection_isKeptAfterRecordsWithoutContent(@TempDir Path files) throws Exception {
    TestAuthority authority = TestAuthority.create(files);
    try (TestServer server = tlsServer(authority);
        SSLSocket client = connectTls(server.port(), authority)) {
      // Given a connection of TLS 1.3, on which a further handshake is a KeyUpdate
      client.startHandshake();
      assertThat(client.getSession().getProtocol()).isEqualTo("TLSv1.3");
      client.startHandshake();

      // When
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(12));

      // Then
      assertThat(server.closedConnections("slow_head")).isZero();
      write(client, "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(client.getInputStream().read()).isEqualTo('H');
    }
  }

  @Test
  void tlsHead_mustBeCompleteWithinItsTime_whateverRecordsComeBetween(@TempDir Path files)
      throws Exception {
    TestAuthority authority = TestAuthority.create(files);
    try (TestServer server = tlsServer(authority);
        SSLSocket client = connectTls(server.port(), authority)) {
      client.startHandshake();
      write(client, "GET /health/live HTTP/1.1\r\nHost: localhost\r\nX: ");

      assertThat(isCutWhile(client, client::startHandshake)).isTrue();
      assertThat(server.closedConnections("slow_head")).isEqualTo(1);
      await().until(() -> server.openConnections() == 0);
      assertThat(server.metrics.requestsRefused()).isEmpty();
    }
  }

  @Test
  void tlsRecord_mustBeCompleteWithinItsTime(@TempDir Path files) throws Exception {
    TestAuthority authority = TestAuthority.create(files);
    try (TestServer server = tlsServer(authority);
        Socket below = connect(server.port());
        SSLSocket client = TlsClients.over(below, authority)) {
      client.startHandshake();
      // The beginning of a record of 16 KiB.
      write(below, "\u0017\u0003\u0003?\u0000");

      assertThat(isCutWhile(below, () -> write(below, "x"))).isTrue();
      assertThat(server.closedConnections("slow_head")).isEqualTo(1);
    }
  }

  @Test
  void reply_endsItsTlsConnectionWhenTheClientReadsNothing(@TempDir Path files) throws Exception {
    TestAuthority authority = TestAuthority.create(files);
    try (TestServer server = tlsServer(authority);
        Socket client = connectTls(server.port(), authority);
        LogCapture log = new LogCapture(ConnectionGuard.class)) {
      server.scrape = "m".repeat(BIG_REPLY);
      write(client, SCRAPE);

      await()
          .atMost(CUT_WITHIN)
          .untilAsserted(() -> assertThat(server.closedConnections("slow_reader")).isEqualTo(1));
      await().until(() -> server.openConnections() == 0);
      // Tests of this class run side by side, and each may leave a line.
      assertThat(log.events()).isNotEmpty();
    }
  }

  @Test
  void reply_endsItsConnectionWhenTheClientReadsAByteASecond() throws Exception {
    try (TestServer server = new TestServer();
        Socket client = connect(server.port())) {
      server.scrape = "m".repeat(BIG_REPLY);
      write(client, SCRAPE);

      assertThat(
              isCutWhile(
                  server,
                  () -> {
                    InputStream in = client.getInputStream();
                    assertThat(in.read()).isPositive();
                    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
                  }))
          .isTrue();
    }
  }

  @Test
  void reply_reachesAClientThatReadsSlowly() throws Exception {
    try (TestServer server = new TestServer();
        Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      server.scrape = "m".repeat(MIDDLE_REPLY);
      write(client, SCRAPE.replace("Host", "Connection: close\r\nHost"));

      // 10 KB a second
      long read = 0;
      byte[] step = new byte[1_000];
      int count = client.getInputStream().read(step);
      while (count >= 0) {
        read += count;
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(count / 10));
        count = client.getInputStream().read(step);
      }

      assertThat(read).isGreaterThan(MIDDLE_REPLY);
      assertThat(server.closedConnections("slow_reader")).isZero();
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  /** Whether the client's connection ends while it goes on and reads nothing. */
  private static boolean isCutWhile(Socket client, Step step) throws IOException {
    client.setSoTimeout(250);
    long deadline = System.nanoTime() + CUT_WITHIN.toNanos();
    while (System.nanoTime() < deadline) {
      try {
        step.run();
        if (client.getInputStream().read() < 0) {
          return true;
        }
      } catch (SocketTimeoutException e) {
        // It is still open.
      } catch (SocketException e) {
        return true;
      }
    }
    return false;
  }

  private static boolean isCutWhile(TestServer server, Step step) throws IOException {
    long deadline = System.nanoTime() + CUT_WITHIN.toNanos();
    while (System.nanoTime() < deadline) {
      step.run();
      if (server.closedConnections("slow_reader") == 1) {
        return true;
      }
    }
    return false;
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(SMALL_RECEIVE_BUFFER);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return socket;
  }

  private static SSLSocket connectTls(int port, TestAuthority authority)
      throws GeneralSecurityException, IOException {
    return TlsClients.over(connect(port), authority);
  }

  private static TestServer tlsServer(TestAuthority authority) {
    return TlsClients.server(authority);
  }

  private static void write(Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    client.getOutputStream().flush();
  }
}
