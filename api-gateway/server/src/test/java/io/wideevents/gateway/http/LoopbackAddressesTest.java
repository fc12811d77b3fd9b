package io.wideevents.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.TestEvents;
import io.wideevents.event.Tier;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The addresses on which a server listens for each form of {@code HTTP_HOST}. */
class LoopbackAddressesTest {
  @BeforeEach
  void requireIpv6() throws IOException {
    assumeTrue(NetworkInterface.getByInetAddress(InetAddress.getByName("::1")) != null);
  }

  @ParameterizedTest
  @CsvSource({
    "[::1], [::1]",
    "::1, [::1]",
    "localhost, 127.0.0.1",
    "localhost, [::1]",
    "127.0.0.1, 127.0.0.1"
  })
  void server_listensOn(String host, String address) throws Exception {
    int port = freePort();
    try (TestServer server =
            new TestServer(settings(host, port), new RecordingLogger(Tier.KAFKA), same -> same);
        HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://%s:%d/v1/events".formatted(address, port)))
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofString(TestEvents.minimal("req-1", Instant.now())))
              .build();

      assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(202);
      assertThat(server.port()).isEqualTo(port);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static HttpSettings settings(String host, int port) {
    return new HttpSettings(
        host,
        port,
        false,
        Duration.ofSeconds(5),
        Duration.ofSeconds(2),
        TestServer.MAX_BODY,
        TestServer.MAX_INFLATED,
        TestServer.MAX_IN_FLIGHT);
  }
}
