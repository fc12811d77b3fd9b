package io.wideevents.gateway.http.connections;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.testing.LogCapture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @Test
  void admit_closesTheConnectionThatWaitedLongest_ofTheAddressWithMost() throws IOException {
    // Given a limit of 6, one old connection, and five of two other addresses
    try (Clients clients = new Clients(limits(6, 4))) {
      SocketChannel good = clients.admitted("127.0.0.1");
      SocketChannel few = clients.admitted("127.0.0.2");
      SocketChannel first = clients.admitted("127.0.0.3");
      SocketChannel second = clients.admitted("127.0.0.3");
      SocketChannel third = clients.admitted("127.0.0.3");
      clients.admitted("127.0.0.2");

      // When
      clients.admitted("127.0.0.4");
      // Then 127.0.0.3 and 127.0.0.2 have two each
      assertThat(first.isOpen()).isFalse();
      clients.admitted("127.0.0.4");
      assertThat(few.isOpen()).isFalse();
      clients.admitted("127.0.0.5");
      assertThat(second.isOpen()).isFalse();
      assertThat(third.isOpen()).isTrue();
      assertThat(good.isOpen()).isTrue();
    }
  }

  @Test
  void admit_closesTheOldestOfAll_whenEachAddressHasOne() throws IOException {
    try (Clients clients = new Clients(limits(3, 2))) {
      SocketChannel oldest = clients.admitted("127.0.0.1");
      SocketChannel next = clients.admitted("127.0.0.2");
      clients.admitted("127.0.0.3");

      clients.admitted("127.0.0.4");

      assertThat(oldest.isOpen()).isFalse();
      assertThat(next.isOpen()).isTrue();
    }
  }

  @Test
  void admit_keepsTheHealthCheckOfABusyAddress() throws IOException {
    // Given an address with most connections, of which only a health check may be closed
    try (Clients clients = new Clients(limits(5, 4))) {
      clients.begin(clients.admitted("127.0.0.1"), RequestKind.COUNTED);
      clients.begin(clients.admitted("127.0.0.1"), RequestKind.COUNTED);
      SocketChannel health = clients.admitted("127.0.0.1");
      clients.begin(health, RequestKind.RESERVED);
      SocketChannel idle = clients.admitted("127.0.0.2");
      clients.admitted("127.0.0.2");

      clients.admitted("127.0.0.3");

      assertThat(health.isOpen()).isTrue();
      assertThat(idle.isOpen()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void victims_areOfTheAddressWithMost_afterAnyHistory(long seed) throws IOException {
    // Given connections of a few addresses that do anything
    Random random = new Random(seed);
    try (Clients clients = new Clients(limits(12, 8))) {
      List<SocketChannel> open = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        String address = "127.0.0." + (1 + random.nextInt(5));
        Map<String, Long> before = clients.openByAddress(open);
        boolean isFull =
            open.stream().filter(SocketChannel::isOpen).count() == 12
                && before.getOrDefault(address, 0L) < 8;
        // When
        open.add(clients.admitted(address));
        // Then the address that lost one had most of those that may lose one
        if (isFull) {
          Map<String, Long> after = clients.openByAddress(open);
          String loser =
              before.keySet().stream()
                  .filter(
                      name ->
                          after.getOrDefault(name, 0L) - (name.equals(address) ? 1 : 0)
                              < before.getOrDefault(name, 0L))
                  .findFirst()
                  .orElseThrow();
          assertThat(before).containsEntry(loser, Collections.max(before.values()));
        }
        open.removeIf(channel -> !channel.isOpen());
        if (random.nextInt(3) == 0) {
          SocketChannel gone = open.remove(random.nextInt(open.size()));
          clients.guard.closed(gone);
          gone.close();
        }
      }
      // Then nothing is left behind
      for (SocketChannel channel : open) {
        clients.guard.closed(channel);
      }
      assertThat(clients.guard.open()).isZero();
      assertThat(clients.guard.addresses()).isZero();
    }
  }

  private static ConnectionLimits limits(int connections, int ofAddress) {
    return new ConnectionLimits(
        connections,
        ofAddress,
        connections - 1,
        ofAddress - 1,
        Duration.ofSeconds(10),
        Duration.ofSeconds(20),
        1024);
  }

  /** A guard, and sockets of several addresses. */
  private static final class Clients implements AutoCloseable {
    private final ConnectionGuard guard;
    private final ServerSocketChannel server = ServerSocketChannel.open();
    private final List<SocketChannel> sockets = new ArrayList<>();

    Clients(ConnectionLimits limits) throws IOException {
      this.guard = new ConnectionGuard(limits);
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    SocketChannel admitted(String address) throws IOException {
      SocketChannel client = SocketChannel.open();
      sockets.add(client);
      client.bind(new InetSocketAddress(address, 0));
      client.connect(server.getLocalAddress());
      SocketChannel accepted = server.accept();
      sockets.add(accepted);
      guard.admit(accepted);
      guard.connection(accepted).polled();
      return accepted;
    }

    void begin(SocketChannel channel, RequestKind kind) {
      GuardedEndPoint endPoint = endPoint(guard, guard.connection(channel));
      assertThat(guard.tryBegin(endPoint, kind)).isTrue();
    }

    Map<String, Long> openByAddress(List<SocketChannel> channels) {
      return channels.stream()
          .filter(SocketChannel::isOpen)
          .collect(
              Collectors.groupingBy(
                  channel -> channel.socket().getInetAddress().getHostAddress(),
                  Collectors.counting()));
    }

    @Override
    public void close() throws IOException {
      guard.close();
      server.close();
      for (SocketChannel socket : sockets) {
        socket.close();
      }
    }
  }

  private SocketChannel admitted() throws IOException {
    SocketChannel channel = SocketChannel.open();
    guard.admit(channel);
    return channel;
  }

  private GuardedEndPoint endPoint(ClientConnection connection) {
    return endPoint(guard, connection);
  }

  private static GuardedEndPoint endPoint(ConnectionGuard guard, ClientConnection connection) {
    return new GuardedEndPoint(
        connection.channel,
        null,
        null,
        new ScheduledExecutorScheduler("test", true),
        connection,
        guard.clock());
  }
}
