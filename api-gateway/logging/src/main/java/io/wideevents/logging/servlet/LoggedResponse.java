package io.wideevents.logging.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A response that records when its stream cannot be written, which means that the client has
 * disconnected.
 */
final class LoggedResponse extends HttpServletResponseWrapper {
  private final RequestState state;
  private @Nullable ServletOutputStream stream;

  LoggedResponse(HttpServletResponse response, RequestState state) {
    super(response);
    this.state = state;
  }

  @Override
  public ServletOutputStream getOutputStream() throws IOException {
    ServletOutputStream watched = stream;
    if (watched == null) {
      watched = new WatchedStream(super.getOutputStream(), state);
      stream = watched;
    }
    return watched;
  }

  @Override
  public void flushBuffer() throws IOException {
    try {
      super.flushBuffer();
    } catch (IOException e) {
      state.sendFailed();
      throw e;
    }
  }

  private static final class WatchedStream extends ServletOutputStream {
    private final ServletOutputStream stream;
    private final RequestState state;

    WatchedStream(ServletOutputStream stream, RequestState state) {
      this.stream = stream;
      this.state = state;
    }

    @Override
    public boolean isReady() {
      return stream.isReady();
    }

    @Override
    public void setWriteListener(WriteListener listener) {
      stream.setWriteListener(listener);
    }

    @Override
    public void write(int b) throws IOException {
      watch(() -> stream.write(b));
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      watch(() -> stream.write(bytes, from, length));
    }

    @Override
    public void flush() throws IOException {
      watch(stream::flush);
    }

    @Override
    public void close() throws IOException {
      watch(stream::close);
    }

    private void watch(Step step) throws IOException {
      try {
        step.run();
      } catch (IOException e) {
        state.sendFailed();
        throw e;
      }
    }
  }

  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }
}
