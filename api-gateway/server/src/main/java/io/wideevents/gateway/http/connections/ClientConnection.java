package io.wideevents.gateway.http.connections;

import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.IO;
import org.jspecify.annotations.Nullable;

/**
 * One accepted connection. The times are those of the guard's clock; 0 means none. The fields
 * without {@code volatile} are guarded by the lock of {@link ConnectionGuard}.
 */
final class ClientConnection {
  /** What a connection does. */
  enum State {
    /** No request is under way. */
    WAITING,
    /** No request is under way; one has begun to arrive a while ago, or was rejected. */
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

  /** Numbers the changes of state of all connections: a lower number has waited longer. */
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

  /** From now on the server can read what the client sends. */
  void opened(EndPoint opened) {
    endPoint = opened;
  }

  /** The selector has looked for bytes of the client at least once. */
  void polled() {
    polled = true;
  }

  /** The selector found bytes, or room for some. */
  void selected() {
    unread = true;
  }

  /** The server has read all that has come. */
  void readAll() {
    unread = false;
  }

  /** Whether the server has seen what came with the connection. */
  boolean isSeen() {
    return polled && !unread;
  }

  void received(long now) {
    if (!busy && headSince == 0) {
      headSince = now;
    }
  }

  /** The TLS handshake ended: from now on records may come that are no part of a request. */
  void handshakeEnded() {
    encrypted = true;
    expectHead(false);
  }

  /**
   * The bytes of a TLS record came. A record such as a KeyUpdate begins no head. One that has come
   * in part keeps its time, so that its client cannot hold the buffer for it.
   *
   * @param hasContent whether the record has bytes of a request
   * @param isAllRead whether no part of a further record has come
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

  /** The TLS handshake ended, or a request begins or ends: the next byte is the first of a head. */
  void expectHead(boolean isBusy) {
    busy = isBusy;
    unread = false;
    contentRead = false;
    headSince = 0;
  }

  /** How long the head of a request has been arriving; 0 while none is. */
  long headNanos(long now) {
    long since = headSince;
    return busy || since == 0 ? 0 : now - since;
  }

  /** The client took all that was sent. */
  void taken() {
    if (stalledSince != 0) {
      stalledSince = 0;
    }
  }

  /** The client took a part of what was sent; for the thread that writes. */
  void takenInPart(long bytes, long now) {
    if (stalledSince == 0) {
      taken = 0;
      stalledSince = now;
    } else {
      long before = taken;
      taken = before + bytes;
    }
  }

  /** Whether the client takes its reply too slowly. */
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
