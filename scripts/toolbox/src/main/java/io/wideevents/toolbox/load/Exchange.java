package io.wideevents.toolbox.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One connection that posts one request after the other. Used by one thread. The caller closes this
 * object.
 */
final class Exchange implements AutoCloseable {
  private static final int REPLY_BYTES = 1 << 18;
  private static final String END_OF_HEAD = "\r\n\r\n";
  private static final Pattern CONTENT_LENGTH =
      Pattern.compile("\r\ncontent-length: *(\\d{1,9})\r\n", Pattern.CASE_INSENSITIVE);
  private static final Pattern CHUNKED =
      Pattern.compile("\r\ntransfer-encoding: *chunked\r\n", Pattern.CASE_INSENSITIVE);
  private static final String LAST_CHUNK = "\r\n0\r\n\r\n";
  private static final int STATUS_AT = "HTTP/1.1 ".length();

  private final SocketChannel channel;
  private final ByteBuffer reply = ByteBuffer.allocate(REPLY_BYTES);
  private ByteBuffer request = ByteBuffer.allocate(0);
  private long beganNanos;

  private Exchange(SocketChannel channel) {
    this.channel = channel;
  }

  static Exchange connect(URI server) throws IOException {
    SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(server.getHost(), server.getPort()));
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.configureBlocking(false);
    return new Exchange(channel);
  }

  /** A whole request that posts a body. */
  static byte[] request(URI target, RequestBody body) {
    String head =
        "POST %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
            .formatted(
                target.getPath(),
                target.getHost(),
                target.getPort(),
                body.contentType(),
                body.bytes().length);
    byte[] headBytes = head.getBytes(ISO_8859_1);
    return ByteBuffer.allocate(headBytes.length + body.bytes().length)
        .put(headBytes)
        .put(body.bytes())
        .array();
  }

  SocketChannel channel() {
    return channel;
  }

  /** When the current request began, a value of {@link System#nanoTime}. */
  long beganNanos() {
    return beganNanos;
  }

  /** Begins to send a request. The previous reply must be complete. */
  void begin(byte[] next) throws IOException {
    beganNanos = System.nanoTime();
    request = ByteBuffer.wrap(next);
    reply.clear();
    write();
  }

  /** Writes what the socket accepts. Returns whether the whole request is written. */
  boolean write() throws IOException {
    channel.write(request);
    return !request.hasRemaining();
  }

  /**
   * Reads what has arrived.
   *
   * @return the status when the reply is complete, 0 before
   * @throws IOException if the server closed the connection, or if its reply cannot be read
   */
  int read() throws IOException {
    if (channel.read(reply) < 0) {
      throw new EOFException("The server closed the connection before its reply was complete");
    }
    if (!reply.hasRemaining()) {
      throw new ProtocolException("The reply is larger than %d bytes".formatted(REPLY_BYTES));
    }
    int bodyStart = bodyStart();
    if (bodyStart < 0) {
      return 0;
    }
    String head = new String(reply.array(), 0, bodyStart, ISO_8859_1);
    return isComplete(head, bodyStart)
        ? Integer.parseInt(head.substring(STATUS_AT, STATUS_AT + 3))
        : 0;
  }

  private boolean isComplete(String head, int bodyStart) throws IOException {
    Matcher length = CONTENT_LENGTH.matcher(head);
    if (length.find()) {
      return reply.position() >= bodyStart + Integer.parseInt(length.group(1));
    }
    if (!CHUNKED.matcher(head).find()) {
      throw new ProtocolException("The reply has neither a Content-Length nor chunks");
    }
    // JSON has no line break of this form.
    int lastChunk = reply.position() - LAST_CHUNK.length();
    return lastChunk >= bodyStart
        && new String(reply.array(), lastChunk, LAST_CHUNK.length(), ISO_8859_1).equals(LAST_CHUNK);
  }

  private int bodyStart() {
    byte[] bytes = reply.array();
    for (int i = 0; i + END_OF_HEAD.length() <= reply.position(); i++) {
      if (bytes[i] == '\r'
          && bytes[i + 1] == '\n'
          && bytes[i + 2] == '\r'
          && bytes[i + 3] == '\n') {
        return i + END_OF_HEAD.length();
      }
    }
    return -1;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
