package io.wideevents.gateway.http.connections;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionLimitsTest {
  private static final Duration GRACE = Duration.ofSeconds(20);

  @ParameterizedTest
  @CsvSource({"1024, 768", "1256, 1000", "1048576, 1000", "100, 32"})
  void connections_leaveFilesForEverythingElse(long maxFiles, int connections) {
    assertThat(ConnectionLimits.connections(maxFiles)).isEqualTo(connections);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void of_keepsConnectionsFreeOfCountedRequests(boolean virtualThreads) {
    for (int perAddress : new int[] {16, 256, 1_000}) {
      ConnectionLimits limits = ConnectionLimits.of(perAddress, virtualThreads);

      assertThat(limits.requests()).isLessThan(limits.connections());
      assertThat(limits.requestsPerAddress()).isLessThan(limits.connectionsPerAddress());
      assertThat(limits.requests()).isLessThanOrEqualTo(virtualThreads ? 1_000 : 200);
    }
  }

  @Test
  void key_isOneForANetworkOfIpv6() throws UnknownHostException {
    assertThat(key("2001:db8:1:2:3::4")).isEqualTo(key("2001:db8:1:2:ffff::1"));
    assertThat(key("2001:db8:1:2::1")).isNotEqualTo(key("2001:db8:1:3::1"));
    assertThat(key("127.0.0.1")).isNotEqualTo(key("127.0.0.2"));
    assertThat(key("::ffff:127.0.0.1")).isEqualTo(key("127.0.0.1"));
  }

  @Test
  void victim_isASlowHeadThenTheLongestWaitThenAHealthCheck() throws Exception {
    ConnectionGroup group = new ConnectionGroup();
    ClientConnection health = connection(group);
    ClientConnection first = connection(group);
    ClientConnection second = connection(group);
    group.move(health, ClientConnection.State.CLOSED, ClientConnection.State.RESERVED);
    assertThat(group.victim()).contains(health);
    group.move(first, ClientConnection.State.CLOSED, ClientConnection.State.WAITING);
    group.move(second, ClientConnection.State.CLOSED, ClientConnection.State.WAITING);
    assertThat(group.victim()).contains(first);

    group.move(second, ClientConnection.State.WAITING, ClientConnection.State.SLOW);

    assertThat(group.victim()).contains(second);
  }

  @Test
  void isSlowReader_judgesWhatIsTakenAfterTheGrace() throws Exception {
    ClientConnection client = connection(new ConnectionGroup());
    client.takenInPart(100_000, 1);
    assertThat(client.isSlowReader(seconds(20), GRACE, 1024)).isFalse();
    assertThat(client.isSlowReader(seconds(21), GRACE, 1024)).isTrue();

    client.takenInPart(10_240, seconds(21));

    assertThat(client.isSlowReader(seconds(29), GRACE, 1024)).isFalse();
    assertThat(client.isSlowReader(seconds(31), GRACE, 1024)).isTrue();

    client.taken();

    assertThat(client.isSlowReader(seconds(100), GRACE, 1024)).isFalse();
  }

  @Test
  void headNanos_beginsWithContentOnly_afterTheHandshake() throws Exception {
    ClientConnection client = connection(new ConnectionGroup());
    // Given a handshake, whose records have no content
    client.received(1);
    client.unwrapped(false, true, 2);
    assertThat(client.headNanos(5)).isEqualTo(4);
    client.handshakeEnded();
    assertThat(client.headNanos(5)).isZero();

    // When a whole record without content comes, and a part of one
    client.received(6);
    client.unwrapped(false, true, 6);
    assertThat(client.headNanos(10)).isZero();
    client.received(11);
    client.unwrapped(false, false, 11);
    assertThat(client.headNanos(15)).isEqualTo(4);
    client.unwrapped(false, true, 16);
    assertThat(client.headNanos(20)).isZero();

    // Then content begins a head, and records without content do not end it
    client.unwrapped(true, true, 21);
    client.unwrapped(false, true, 22);
    assertThat(client.headNanos(25)).isEqualTo(4);
    client.expectHead(true);
    client.unwrapped(true, true, 26);
    assertThat(client.headNanos(30)).isZero();
    client.expectHead(false);
    client.received(31);
    client.unwrapped(false, true, 31);
    assertThat(client.headNanos(35)).isZero();
  }

  private static long seconds(int seconds) {
    return TimeUnit.SECONDS.toNanos(seconds) + 1;
  }

  private static long key(String address) throws UnknownHostException {
    return ConnectionGuard.key(InetAddress.getByName(address));
  }

  private static ClientConnection connection(ConnectionGroup group) throws Exception {
    try (SocketChannel unused = SocketChannel.open()) {
      return new ClientConnection(unused, InetAddress.getLoopbackAddress(), 0, group);
    }
  }
}
