package io.wideevents.query.http;

import io.javalin.http.Context;
import io.wideevents.time.Deadline;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;

/**
 * Writes a reply, and closes the connection of a client that reads it too slowly. Each part of the
 * reply takes memory, and a place among the replies, until the client has read it.
 */
final class ReplyOutput extends OutputStream {
  /** Limit of one part: a page of events, or a whole reply. */
  private static final Duration PART_TIME = Duration.ofSeconds(60);

  // A write blocks until the client has read most of it.
  private static final int SLICE_BYTES = 8 * 1024;

  private final OutputStream out;
  private final EndPoint connection;
  private final Duration time;
  private Deadline deadline;

  ReplyOutput(Context ctx) {
    this(ctx.outputStream(), connection(ctx), PART_TIME);
  }

  ReplyOutput(OutputStream out, EndPoint connection, Duration time) {
    this.out = out;
    this.connection = connection;
    this.time = time;
    this.deadline = Deadline.after(time);
  }

  /** The connection of the request. */
  static EndPoint connection(Context ctx) {
    return ServletContextRequest.getServletContextRequest(ctx.req())
        .getConnectionMetaData()
        .getConnection()
        .getEndPoint();
  }

  /** Begins the next part. */
  void nextPart() {
    deadline = Deadline.after(time);
  }

  @Override
  public void write(int single) throws IOException {
    write(new byte[] {(byte) single}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    for (int start = 0; start < length; start += SLICE_BYTES) {
      if (deadline.remaining().isZero()) {
        connection.close();
        throw new IOException(
            "The client did not read the reply within %d s".formatted(time.toSeconds()));
      }
      out.write(bytes, offset + start, Math.min(SLICE_BYTES, length - start));
    }
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }
}
