package io.wideevents.gateway.http.connections;

import io.wideevents.log.LogThrottle;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tracks every connection of the server and closes those that would keep others out.
 *
 * <ul>
 *   <li>If the address of a new connection is at the limit per address, the guard closes another
 *       connection of that address for it: a slow one, else the one that has waited longest without
 *       a request, else one with a request for health or metrics. If there is none, the new
 *       connection is closed.
 *   <li>If the server is at the total limit, the guard does that at the address with most
 *       connections.
 *   <li>The limits of requests are lower than those of connections, in total and per address, so
 *       that connections stay free for health checks. Requests for health and metrics do not count.
 *   <li>A request whose head does not arrive in time, and a client that reads its reply too slowly,
 *       lose their connection.
 * </ul>
 *
 * <p>IPv6 addresses are grouped by /64 network, because a client can use any address in its
 * network. One thread, {@code connections}, sweeps all connections four times a second. The lock is
 * held for a few operations when a connection opens or closes and when a request begins or ends.
 * They take constant time, except for the update of {@link AddressRanking}. Safe for concurrent
 * use. The HTTP server owns and closes the guard.
 */
public final class ConnectionGuard implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ConnectionGuard.class);

  private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);
  private static final Duration SWEEP_INTERVAL = Duration.ofMillis(250);
  private static final Duration MAX_SWEEP_STEP = Duration.ofMillis(500);

  // A connection with a slower head is the first to be closed for another one, because a slow head
  // may be an attack.
  private static final Duration SLOW_AFTER = Duration.ofSeconds(1);
  // In a burst of connections, none is closed before the server has read its request, within this
  // time.
  private static final Duration MAX_ADMIT_WAIT = Duration.ofMillis(250);
  private static final long ADMIT_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

  // Without virtual threads each request takes a thread, and counted requests leave some 50
  // threads. While more requests for health and metrics than this are under way, such a request
  // whose client does not read is closed at once.
  private static final int RESERVED_REQUESTS = 32;
  private static final Duration RESERVED_GRACE = Duration.ZERO;

  // No collision with IPv6 networks: no client has a multicast address (ff00::/8).
  private static final long IPV4_KEYS = 0xFFFF_FFFFL << 32;

  private final ConnectionLimits limits;
  private final GuardClock clock = new GuardClock(MAX_SWEEP_STEP.toNanos());
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Long, ConnectionGroup> addresses = new HashMap<>();
  private final ConnectionGroup all = new ConnectionGroup();
  private final AddressRanking ranking = new AddressRanking();
  private final Map<SocketChannel, ClientConnection> connections = new ConcurrentHashMap<>();
  private final Map<CloseReason, LongAdder> closed = each(LongAdder::new);
  private final Map<CloseReason, LogThrottle> lines = each(() -> new LogThrottle(LOG_INTERVAL));
  private final LogThrottle failures = new LogThrottle(LOG_INTERVAL);
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("connections").factory());
  private long changes;

  public ConnectionGuard(ConnectionLimits limits) {
    this.limits = limits;
  }

  /** Starts the sweeps for slow clients. */
  public void start() {
    var unused =
        thread.scheduleWithFixedDelay(
            this::sweepSafely,
            SWEEP_INTERVAL.toMillis(),
            SWEEP_INTERVAL.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /** Creates the connector whose connections are guarded. */
  public ServerConnector connector(Server server, ConnectionFactory... protocols) {
    return new GuardedConnector(this, server, protocols);
  }

  /** Creates the TLS connection factory for {@link #connector}. */
  public SslConnectionFactory tls(SslContextFactory.Server context, String protocol) {
    return new GuardedTls(this, context, protocol);
  }

  /** Number of open connections. */
  public int open() {
    lock.lock();
    try {
      return all.connections();
    } finally {
      lock.unlock();
    }
  }

  /** Number of counted requests under way; requests for health and metrics are not counted. */
  public int requests() {
    lock.lock();
    try {
      return all.requests();
    } finally {
      lock.unlock();
    }
  }

  /** Number of client addresses that have connections or requests. */
  public int addresses() {
    lock.lock();
    try {
      return addresses.size();
    } finally {
      lock.unlock();
    }
  }

  /** Number of connections that the guard closed since the start, by the label of the reason. */
  public Map<String, Long> closed() {
    return closed.entrySet().stream()
        .collect(
            Collectors.toMap(entry -> entry.getKey().label(), entry -> entry.getValue().sum()));
  }

  /**
   * Begins a request if the limits allow it. If it returns true, call {@link #end} when the request
   * ends.
   *
   * @param endPoint the connection of the request
   */
  public boolean tryBegin(EndPoint endPoint, RequestKind kind) {
    return guarded(endPoint).map(connection -> tryBegin(connection, kind)).orElse(true);
  }

  /** Ends a request that was answered, or whose connection was lost. */
  public void end(EndPoint endPoint, RequestKind kind) {
    guarded(endPoint).ifPresent(connection -> end(connection, kind));
  }

  /** Stops the sweeps for slow clients without waiting for a running one. Idempotent. */
  @Override
  public void close() {
    thread.shutdownNow();
  }

  GuardClock clock() {
    return clock;
  }

  /** Admits a connection or closes it. Blocks for 250 ms at most. */
  void admit(SocketChannel channel) {
    InetAddress address = remoteAddress(channel);
    long deadline = System.nanoTime() + MAX_ADMIT_WAIT.toNanos();
    while (!tryAdmit(channel, address, System.nanoTime() - deadline >= 0)) {
      LockSupport.parkNanos(ADMIT_PAUSE_NANOS);
      if (Thread.currentThread().isInterrupted()) {
        deadline = System.nanoTime();
      }
    }
  }

  ClientConnection connection(SocketChannel channel) {
    ClientConnection known = connections.get(channel);
    return known == null ? unknown(channel) : known;
  }

  /**
   * Creates an object for a channel that is not in the map: its connection was closed for another
   * one before the server opened it, or was not admitted because of a failure.
   */
  private static ClientConnection unknown(SocketChannel channel) {
    var connection =
        new ClientConnection(channel, remoteAddress(channel), 0, new ConnectionGroup());
    // Keeps the connection out of the groups, so that it is never closed for another one.
    connection.state = ClientConnection.State.CLOSED;
    return connection;
  }

  void closed(SocketChannel channel) {
    ClientConnection gone = connections.get(channel);
    if (gone != null) {
      lock.lock();
      try {
        remove(gone);
      } finally {
        lock.unlock();
      }
    }
  }

  void handshakeSucceeded(EndPoint endPoint) {
    guarded(endPoint).ifPresent(ClientConnection::handshakeEnded);
  }

  void unwrapped(EndPoint endPoint, boolean hasContent, boolean isAllRead) {
    guarded(endPoint)
        .ifPresent(connection -> connection.unwrapped(hasContent, isAllRead, clock.now()));
  }

  /**
   * @param isLate whether to close the other connection even if the server has not read its request
   *     yet
   * @return false when the caller must try again
   */
  private boolean tryAdmit(SocketChannel channel, InetAddress address, boolean isLate) {
    long key = key(address);
    Optional<ClientConnection> victim = Optional.empty();
    CloseReason reason = CloseReason.ADDRESS_LIMIT;
    boolean isAdmitted = true;
    lock.lock();
    try {
      ConnectionGroup ofAddress = addresses.getOrDefault(key, new ConnectionGroup());
      boolean isAddressFull = ofAddress.connections() >= limits.connectionsPerAddress();
      if (isAddressFull || all.connections() >= limits.connections()) {
        reason = isAddressFull ? CloseReason.ADDRESS_LIMIT : CloseReason.TOTAL_LIMIT;
        victim = isAddressFull ? ofAddress.victim() : ranking.victim();
        if (!isLate && victim.filter(ConnectionGuard::isNew).isPresent()) {
          return false;
        }
        victim.ifPresent(this::remove);
        isAdmitted = victim.isPresent();
      }
      if (isAdmitted) {
        add(new ClientConnection(channel, address, key, ofAddress));
      }
    } finally {
      lock.unlock();
    }
    if (!isAdmitted) {
      report(reason, address);
      close(channel);
    }
    CloseReason full = reason;
    victim.ifPresent(oldest -> close(oldest, full));
    return true;
  }

  private static boolean isNew(ClientConnection connection) {
    return connection.state == ClientConnection.State.WAITING && !connection.isSeen();
  }

  private void add(ClientConnection connection) {
    addresses.put(connection.addressKey, connection.ofAddress);
    connections.put(connection.channel, connection);
    connection.ofAddress.opened();
    all.opened();
    move(connection, ClientConnection.State.WAITING);
  }

  private void remove(ClientConnection connection) {
    if (connection.state != ClientConnection.State.CLOSED) {
      move(connection, ClientConnection.State.CLOSED);
      connections.remove(connection.channel);
      connection.ofAddress.closed();
      all.closed();
      ranking.update(connection.ofAddress);
      forget(connection);
    }
  }

  private void forget(ClientConnection connection) {
    if (connection.ofAddress.isEmpty()) {
      addresses.remove(connection.addressKey, connection.ofAddress);
    }
  }

  private void move(ClientConnection connection, ClientConnection.State to) {
    connection.since = changes++;
    connection.ofAddress.move(connection, connection.state, to);
    all.move(connection, connection.state, to);
    connection.state = to;
    ranking.update(connection.ofAddress);
  }

  private boolean tryBegin(ClientConnection connection, RequestKind kind) {
    lock.lock();
    try {
      switch (kind) {
        case COUNTED -> {
          if (all.requests() >= limits.requests()
              || connection.ofAddress.requests() >= limits.requestsPerAddress()) {
            rejected(connection);
            return false;
          }
          all.requestBegan();
          connection.ofAddress.requestBegan();
          connection.counted++;
        }
        case RESERVED -> connection.reserved++;
      }
      requestChanged(connection);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Marks a connection that is about to be closed. Until then it is the first to be closed for
   * another one.
   */
  private void rejected(ClientConnection connection) {
    if (connection.state == ClientConnection.State.WAITING) {
      move(connection, ClientConnection.State.SLOW);
    }
  }

  private void end(ClientConnection connection, RequestKind kind) {
    lock.lock();
    try {
      switch (kind) {
        case COUNTED -> {
          all.requestEnded();
          connection.ofAddress.requestEnded();
          connection.counted--;
          forget(connection);
        }
        case RESERVED -> connection.reserved--;
      }
      requestChanged(connection);
    } finally {
      lock.unlock();
    }
  }

  /** The second of two pipelined requests may begin before the first one ends. */
  private void requestChanged(ClientConnection connection) {
    boolean isBusy = connection.counted + connection.reserved > 0;
    connection.expectHead(isBusy);
    if (connection.state != ClientConnection.State.CLOSED) {
      ClientConnection.State busy =
          connection.counted > 0 ? ClientConnection.State.COUNTED : ClientConnection.State.RESERVED;
      move(connection, isBusy ? busy : ClientConnection.State.WAITING);
    }
  }

  private void sweepSafely() {
    try {
      sweep();
    } catch (Throwable e) {
      // An exception would cancel all later sweeps.
      failures.show(
          notShown ->
              log.atError()
                  .addKeyValue("notShown", notShown)
                  .setCause(e)
                  .log("Looking for slow clients failed; the next look follows"));
    }
  }

  private void sweep() {
    long now = clock.advance();
    boolean isCrowded = reservedRequests() > RESERVED_REQUESTS;
    for (ClientConnection connection : connections.values()) {
      long headNanos = connection.headNanos(now);
      if (headNanos >= limits.headTime().toNanos()) {
        expire(connection, CloseReason.SLOW_HEAD);
      } else if (headNanos >= SLOW_AFTER.toNanos()) {
        markSlow(connection);
      } else if (isSlowReader(connection, now, isCrowded)) {
        expire(connection, CloseReason.SLOW_READER);
      }
    }
  }

  private boolean isSlowReader(ClientConnection connection, long now, boolean isCrowded) {
    int rate = limits.replyBytesPerSecond();
    return connection.isSlowReader(now, limits.replyGrace(), rate)
        || (isCrowded
            && isReserved(connection)
            && connection.isSlowReader(now, RESERVED_GRACE, rate));
  }

  private int reservedRequests() {
    lock.lock();
    try {
      return all.reservedRequests();
    } finally {
      lock.unlock();
    }
  }

  private boolean isReserved(ClientConnection connection) {
    lock.lock();
    try {
      return connection.state == ClientConnection.State.RESERVED;
    } finally {
      lock.unlock();
    }
  }

  private void markSlow(ClientConnection connection) {
    lock.lock();
    try {
      if (connection.state == ClientConnection.State.WAITING) {
        move(connection, ClientConnection.State.SLOW);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Closes a slow connection, unless it was closed or its request began in the meantime. */
  void expire(ClientConnection connection, CloseReason reason) {
    lock.lock();
    try {
      boolean isBusy = connection.counted + connection.reserved > 0;
      if (connection.state == ClientConnection.State.CLOSED
          || (reason == CloseReason.SLOW_HEAD && isBusy)) {
        return;
      }
      remove(connection);
    } finally {
      lock.unlock();
    }
    close(connection, reason);
  }

  /** Call without the lock, because closing fails the request that waits to read or write. */
  private void close(ClientConnection connection, CloseReason reason) {
    report(reason, connection.address);
    // Jetty logs any other exception. It treats an EofException as closed by the client.
    connection.close(new EofException(reason.message()));
  }

  private void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      log.atDebug().setCause(e).log("Closing a connection failed");
    }
  }

  private void report(CloseReason reason, InetAddress address) {
    Objects.requireNonNull(closed.get(reason)).increment();
    Objects.requireNonNull(lines.get(reason))
        .show(
            notShown ->
                log.atWarn()
                    .addKeyValue("address", address.getHostAddress())
                    .addKeyValue("reason", reason.label())
                    .addKeyValue("openConnections", connections.size())
                    .addKeyValue("notShown", notShown)
                    .log("Closed a connection. " + reason.message()));
  }

  private static Optional<ClientConnection> guarded(EndPoint endPoint) {
    EndPoint socket = endPoint;
    while (socket instanceof EndPoint.Wrapper tls) {
      socket = tls.unwrap();
    }
    return socket instanceof GuardedEndPoint known
        ? Optional.of(known.connection())
        : Optional.empty();
  }

  /** The key of an address: an IPv4 address, or the /64 network of an IPv6 address. */
  static long key(InetAddress address) {
    ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
    return address instanceof Inet4Address
        ? IPV4_KEYS | Integer.toUnsignedLong(bytes.getInt())
        : bytes.getLong();
  }

  private static InetAddress remoteAddress(SocketChannel channel) {
    try {
      return channel.getRemoteAddress() instanceof InetSocketAddress remote
          ? remote.getAddress()
          : InetAddress.getLoopbackAddress();
    } catch (IOException e) {
      // The channel is closed already.
      return InetAddress.getLoopbackAddress();
    }
  }

  private static <T> Map<CloseReason, T> each(java.util.function.Supplier<T> value) {
    Map<CloseReason, T> values = new EnumMap<>(CloseReason.class);
    for (CloseReason reason : CloseReason.values()) {
      values.put(reason, value.get());
    }
    return Collections.unmodifiableMap(values);
  }
}
