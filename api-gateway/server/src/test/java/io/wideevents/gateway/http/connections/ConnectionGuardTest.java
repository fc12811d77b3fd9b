package io.wideevents.gateway.http.connections;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.testing.LogCapture;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionGuardTest {
  private final ConnectionGuard guard =
      new ConnectionGuard(
          new ConnectionLimits(2, 3, 1, 1, Duration.ofSeconds(10), Duration.ofSeconds(20), 1024));

  @AfterEach
  void close() {
    guard.close();
  }

  @Test
  void expire_countsAndLogsNoConnectionThatIsClosedAlready() throws IOException {
    // Given a connection that its client closes while the sweep looks at it
    SocketChannel channel = admitted();
    ClientConnection connection = guard.connection(channel);
    guard.closed(channel);

    // When
    try (LogCapture log = new LogCapture(ConnectionGuard.class)) {
      guard.expire(connection, CloseReason.SLOW_HEAD);

      // Then
      assertThat(guard.closed()).containsEntry("slow_head", 0L);
      assertThat(log.events()).isEmpty();
    }
  }

  @Test
  void expire_closesNoConnectionWhoseRequestHasBegun() throws IOException {
    // Given a head that is complete while the sweep looks at it
    SocketChannel channel = admitted();
    ClientConnection connection = guard.connection(channel);
    assertThat(guard.tryBegin(endPoint(connection), RequestKind.COUNTED)).isTrue();

    // When
    guard.expire(connection, CloseReason.SLOW_HEAD);

    // Then
    assertThat(channel.isOpen()).isTrue();
    guard.expire(connection, CloseReason.SLOW_READER);
    assertThat(channel.isOpen()).isFalse();
    assertThat(guard.open()).isZero();
    guard.end(endPoint(connection), RequestKind.COUNTED);
    assertThat(guard.requests()).isZero();
    assertThat(guard.addresses()).isZero();
  }

  @Test
  void admit_closesNoConnectionInPlaceOfAnotherThatWasNeverAdmitted() throws IOException {
    // Given a request on a connection that the guard does not know
    ClientConnection unknown = guard.connection(SocketChannel.open());
    assertThat(guard.tryBegin(endPoint(unknown), RequestKind.COUNTED)).isTrue();
    guard.end(endPoint(unknown), RequestKind.COUNTED);
    SocketChannel first = admitted();
    SocketChannel second = admitted();

    // When
    SocketChannel third = admitted();

    // Then
    assertThat(first.isOpen()).isFalse();
    assertThat(second.isOpen()).isTrue();
    assertThat(third.isOpen()).isTrue();
    assertThat(guard.open()).isEqualTo(2);
  }

  private SocketChannel admitted() throws IOException {
    SocketChannel channel = SocketChannel.open();
    guard.admit(channel);
    return channel;
  }

  private GuardedEndPoint endPoint(ClientConnection connection) {
    return new GuardedEndPoint(
        connection.channel,
        null,
        null,
        new ScheduledExecutorScheduler("test", true),
        connection,
        guard.clock());
  }
}
