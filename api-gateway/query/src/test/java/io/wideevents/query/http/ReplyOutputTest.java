package io.wideevents.query.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.junit.jupiter.api.Test;

class ReplyOutputTest {
  private final ByteArrayOutputStream client = new ByteArrayOutputStream();
  private final ByteArrayEndPoint connection = new ByteArrayEndPoint();

  @Test
  void write_passesTheBytes() throws IOException {
    byte[] bytes = new byte[100_000];
    bytes[99_999] = 7;

    try (ReplyOutput reply = new ReplyOutput(client, connection, Duration.ofSeconds(60))) {
      reply.write(1);
      reply.write(bytes);
    }

    assertThat(client.toByteArray()).hasSize(100_001).startsWith(1).endsWith(7);
    assertThat(connection.isOpen()).isTrue();
  }

  @Test
  void write_afterTheTimeOfAPart_closesTheConnection() {
    ReplyOutput reply = new ReplyOutput(client, connection, Duration.ZERO);

    assertThatThrownBy(() -> reply.write(1)).isInstanceOf(IOException.class);

    assertThat(connection.isOpen()).isFalse();
    assertThat(client.size()).isZero();
  }
}
