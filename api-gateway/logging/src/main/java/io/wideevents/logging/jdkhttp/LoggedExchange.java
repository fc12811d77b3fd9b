package io.wideevents.logging.jdkhttp;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import io.wideevents.logging.Contained;
import io.wideevents.logging.Ending;
import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.LoggingService;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** An exchange whose end is observed, on whatever thread it is closed. */
final class LoggedExchange extends HttpExchange {
  /** The length of a response without a body, see {@link HttpExchange#sendResponseHeaders}. */
  private static final int NO_BODY = -1;

  /** What {@link HttpExchange#getResponseCode} returns before the headers are sent. */
  private static final int NO_STATUS = -1;

  private final HttpExchange exchange;
  private final LoggingService logging;
  private final LoggingContext context;
  private volatile boolean aborted;
  private volatile @Nullable OutputStream body;

  LoggedExchange(HttpExchange exchange, LoggingService logging, LoggingContext context) {
    this.exchange = exchange;
    this.logging = logging;
    this.context = context;
  }

  LoggingContext context() {
    return context;
  }

  /** Records an exception of the handler. The server then closes the connection. */
  void threw(Throwable failure) {
    if (!aborted && !context.hasError()) {
      context.error(failure);
    }
    ended();
  }

  /** Finalizes the event if it is not finalized. */
  void ended() {
    Contained.run(this::describe);
    logging.complete(context, aborted ? Ending.ABORTED : Ending.ANSWERED);
  }

  private void describe() {
    int status = exchange.getResponseCode();
    if (status > 0) {
      context.set("http.status", status);
      if (status >= 500 && !context.hasError() && !aborted) {
        context.error("HTTP_" + status, "The request was answered with status " + status);
      }
    } else if (!context.hasError() && !aborted) {
      context.error("NOT_ANSWERED", "The exchange was closed without a response");
    }
  }

  @Override
  public void close() {
    exchange.close();
    ended();
  }

  @Override
  public void sendResponseHeaders(int status, long length) throws IOException {
    boolean isFirst = exchange.getResponseCode() == NO_STATUS;
    try {
      exchange.sendResponseHeaders(status, length);
    } catch (IOException e) {
      // Headers that are sent twice are a mistake of the handler.
      if (isFirst) {
        aborted = true;
      }
      throw e;
    }
    if (length == NO_BODY) {
      ended();
    }
  }

  @Override
  public OutputStream getResponseBody() {
    OutputStream watched = body;
    if (watched == null) {
      watched = new WatchedBody(exchange.getResponseBody());
      body = watched;
    }
    return watched;
  }

  @Override
  public void setStreams(@Nullable InputStream in, @Nullable OutputStream out) {
    exchange.setStreams(in, out);
    body = null;
  }

  @Override
  public Headers getRequestHeaders() {
    return exchange.getRequestHeaders();
  }

  @Override
  public Headers getResponseHeaders() {
    return exchange.getResponseHeaders();
  }

  @Override
  public URI getRequestURI() {
    return exchange.getRequestURI();
  }

  @Override
  public String getRequestMethod() {
    return exchange.getRequestMethod();
  }

  @Override
  public HttpContext getHttpContext() {
    return exchange.getHttpContext();
  }

  @Override
  public InputStream getRequestBody() {
    return exchange.getRequestBody();
  }

  @Override
  public InetSocketAddress getRemoteAddress() {
    return exchange.getRemoteAddress();
  }

  @Override
  public int getResponseCode() {
    return exchange.getResponseCode();
  }

  @Override
  public InetSocketAddress getLocalAddress() {
    return exchange.getLocalAddress();
  }

  @Override
  public String getProtocol() {
    return exchange.getProtocol();
  }

  @Override
  public @Nullable Object getAttribute(String name) {
    return exchange.getAttribute(name);
  }

  @Override
  public void setAttribute(String name, @Nullable Object value) {
    exchange.setAttribute(name, value);
  }

  @Override
  public @Nullable HttpPrincipal getPrincipal() {
    return exchange.getPrincipal();
  }

  /** The response body. A write that fails means that the client has disconnected. */
  private final class WatchedBody extends FilterOutputStream {
    WatchedBody(OutputStream body) {
      super(body);
    }

    @Override
    public void write(int b) throws IOException {
      watch(() -> out.write(b));
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      watch(() -> out.write(bytes, from, length));
    }

    @Override
    public void flush() throws IOException {
      watch(out::flush);
    }

    @Override
    public void close() throws IOException {
      try {
        watch(out::close);
      } finally {
        ended();
      }
    }

    private void watch(Step step) throws IOException {
      try {
        step.run();
      } catch (IOException e) {
        aborted = true;
        throw e;
      }
    }
  }

  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }
}
