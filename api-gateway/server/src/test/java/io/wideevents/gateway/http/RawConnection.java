package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** A socket for requests that no proper client sends. */
final class RawConnection implements AutoCloseable {
  private static final int READ_TIMEOUT_MILLIS = 20_000;

  private final Socket socket;

  RawConnection(int port) throws IOException {
    this(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  /** Talks over a connected socket, and closes it. */
  RawConnection(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(READ_TIMEOUT_MILLIS);
  }

  /** Connects from an address of this machine, such as 127.0.0.2. */
  static RawConnection from(String address, int port) throws IOException {
    return new RawConnection(
        new Socket(InetAddress.getLoopbackAddress(), port, InetAddress.getByName(address), 0));
  }

  /** Sends text as it is; {@code \n} must be {@code \r\n} already where HTTP asks for it. */
  void send(String text) throws IOException {
    send(text.getBytes(ISO_8859_1));
  }

  void send(byte[] bytes) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(bytes);
    out.flush();
  }

  /** Ends this direction; the answer can still be read. */
  void endRequest() throws IOException {
    socket.shutdownOutput();
  }

  /** Closes with a TCP reset: what the server sends from now on fails. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** What the server sends until it closes the connection. */
  String readAll() throws IOException {
    return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
  }

  /** What the server sends next, up to and with {@code end}. */
  String readUntil(String end) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf(end) < 0) {
      int next = socket.getInputStream().read();
      if (next < 0) {
        throw new IOException("Closed after: " + text);
      }
      text.append((char) next);
    }
    return text.toString();
  }

  /**
   * Waits.
   *
   * @throws IOException if the server sends something, or ends the connection, meanwhile
   */
  void expectNothingFor(Duration time) throws IOException {
    socket.setSoTimeout(Math.toIntExact(time.toMillis()));
    try {
      int next = socket.getInputStream().read();
      throw new IOException(next < 0 ? "Closed" : "Sent " + (char) next);
    } catch (SocketTimeoutException e) {
      // as it should be
    } finally {
      socket.setSoTimeout(READ_TIMEOUT_MILLIS);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
