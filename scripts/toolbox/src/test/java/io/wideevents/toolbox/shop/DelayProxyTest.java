package io.wideevents.toolbox.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DelayProxyTest {
  @Test
  void answers_comeInOrderAndNoSoonerThanTheDelay() throws Exception {
    try (ServerSocket echo = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        DelayProxy proxy = DelayProxy.open("127.0.0.1", echo.getLocalPort())) {
      Thread.ofPlatform().daemon().start(() -> echo(echo));
      proxy.delay(Duration.ofMillis(150));
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
        long start = System.nanoTime();
        client.getOutputStream().write("ab".getBytes(java.nio.charset.StandardCharsets.US_ASCII));

        byte[] answer = client.getInputStream().readNBytes(2);

        assertThat(answer).containsExactly('a', 'b');
        assertThat(Duration.ofNanos(System.nanoTime() - start))
            .isGreaterThan(Duration.ofMillis(149));
      }
    }
  }

  @Test
  void client_isCutOffWhenTheServerIs() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        DelayProxy proxy = DelayProxy.open("127.0.0.1", silent.getLocalPort());
        Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
      silent.accept().close();

      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  private static void echo(ServerSocket server) {
    try (Socket socket = server.accept()) {
      socket.getInputStream().transferTo(socket.getOutputStream());
    } catch (IOException e) {
      // The test is over.
    }
  }
}
