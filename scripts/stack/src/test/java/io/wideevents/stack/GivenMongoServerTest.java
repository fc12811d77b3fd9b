package io.wideevents.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class GivenMongoServerTest {
  private static final Duration SHORT = Duration.ofSeconds(1);

  @Test
  void start_takesAServerThatAnswers() {
    try (InMemoryMongoServer running = InMemoryMongoServer.start(0)) {
      Map<String, String> environment = Map.of("MONGODB_URI", running.uri());

      // When
      MongoServer given = MongoServer.start(environment, MongodSettings.DEFAULT);

      // Then
      assertThat(given).isEqualTo(new GivenMongoServer(running.uri()));
    }
  }

  @Test
  void answering_refusesAnAddressWhereNothingListens() {
    int port = FreePort.find();

    assertThatThrownBy(
            () -> GivenMongoServer.answering("mongodb://me:secret@127.0.0.1:" + port, SHORT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("MONGODB_URI at 127.0.0.1:" + port + " does not answer within 1 s")
        .hasMessageContaining("refused")
        .hasMessageNotContaining("secret");
  }

  @Test
  void answering_refusesAServerThatTakesConnectionsAndIsSilent() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String uri = "mongodb://127.0.0.1:" + silent.getLocalPort();

      assertThatThrownBy(() -> GivenMongoServer.answering(uri, SHORT))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("does not answer within 1 s");
    }
  }

  @Test
  void answering_refusesWhatIsNoConnectionString() {
    assertThatThrownBy(() -> GivenMongoServer.answering("localhost:27017", SHORT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("MONGODB_URI is no connection string");
  }
}
