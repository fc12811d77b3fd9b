package io.wideevents.gateway.http.connections;

import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.IO;
import org.jspecify.annotations.Nullable;

/**
 * One accepted connection. Times are in nanoseconds of the {@link GuardClock}; 0 means none. The
 * lock of {@link ConnectionGuard} guards the fields that are not {@code volatile}.
 */
final class ClientConnection {
  enum State {
    /** No request is under way. */
    WAITING,
    /** No request is under way, and a request started to arrive a while ago or was rejected. */
    SLOW,
    /** A request for health or metrics is under way. */
    RESERVED,
    /** Another request is under way. */
    COUNTED,
    CLOSED
  }

  final SocketChannel channel;
  final InetAddress address;
  final long addressKey;
  final ConnectionGroup ofAddress;

  State state = State.WAITING;

  /**
   * Sequence number of the last change of state, from one sequence for all connections. A
   * connection with a lower number has waited longer.
   */
  long since;

  int counted;
  int reserved;

  private volatile @Nullable EndPoint endPoint;
  private volatile boolean polled;
  private volatile boolean unread;
  private volatile boolean busy;
  private volatile boolean encrypted;
  private volatile boolean contentRead;
  private volatile long headSince;
  private volatile long stalledSince;
  private volatile long taken;

  ClientConnection(
      SocketChannel channel, InetAddress address, long addressKey, ConnectionGroup ofAddress) {
    this.channel = channel;
    this.address = address;
    this.addressKey = addressKey;
    this.ofAddress = ofAddress;
  }

  void opened(EndPoint opened) {
    endPoint = opened;
  }

  /** Records that the selector has polled this connection at least once. */
  void polled() {
    polled = true;
  }

  /** Records that the selector found the connection readable or writable. */
  void selected() {
    unread = true;
  }

  /** Records that the server has read all bytes that have arrived. */
  void readAll() {
    unread = false;
  }

  /** Whether the server has read the bytes that arrived with the connection. */
  boolean isSeen() {
    return polled && !unread;
  }

  void received(long now) {
    if (!busy && headSince == 0) {
      headSince = now;
    }
  }

  /**
   * Records the end of the TLS handshake. From now on TLS records may arrive that contain no part
   * of a request.
   */
  void handshakeEnded() {
    encrypted = true;
    expectHead(false);
  }

  /**
   * Records the arrival of bytes of a TLS record. A complete record without content, such as a
   * KeyUpdate, does not start the time of a request's head. A partial record does, so that a client
   * cannot occupy the buffer for it without a limit.
   *
   * @param hasContent whether the record contains bytes of a request
   * @param isAllRead whether no bytes of a further record have arrived
   */
  void unwrapped(boolean hasContent, boolean isAllRead, long now) {
    if (busy) {
      return;
    }
    if (hasContent) {
      contentRead = true;
      received(now);
    } else if (encrypted && isAllRead && !contentRead) {
      headSince = 0;
    }
  }

  /**
   * Restarts the time of the head at the end of the TLS handshake, and when a request begins or
   * ends: the next byte is the first of a head.
   */
  void expectHead(boolean isBusy) {
    busy = isBusy;
    unread = false;
    contentRead = false;
    headSince = 0;
  }

  /** How long the head of a request has been arriving, in nanoseconds; 0 if none is. */
  long headNanos(long now) {
    long since = headSince;
    return busy || since == 0 ? 0 : now - since;
  }

  /** Records that the client accepted all bytes of the reply so far. */
  void taken() {
    if (stalledSince != 0) {
      stalledSince = 0;
    }
  }

  /**
   * Records that the client accepted only a part of the written bytes. For the thread that writes.
   */
  void takenInPart(long bytes, long now) {
    if (stalledSince == 0) {
      taken = 0;
      stalledSince = now;
    } else {
      long before = taken;
      taken = before + bytes;
    }
  }

  boolean isSlowReader(long now, Duration grace, int bytesPerSecond) {
    long since = stalledSince;
    if (since == 0) {
      return false;
    }
    long beyondGrace = now - since - grace.toNanos();
    return beyondGrace > 0 && taken < beyondGrace / 1e9 * bytesPerSecond;
  }

  void close(Throwable cause) {
    EndPoint open = endPoint;
    if (open != null) {
      open.close(cause);
    } else {
      IO.close(channel);
    }
  }
}
