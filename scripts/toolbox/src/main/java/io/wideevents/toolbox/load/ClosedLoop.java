package io.wideevents.toolbox.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * Measures the throughput of a server: each connection posts its next request as soon as it has the
 * answer to the previous one. One thread serves all connections, so that the load takes little CPU
 * time from the server on the same machine. Response times of a closed loop compare servers under
 * the same number of connections. They are no response times of independent clients; for these use
 * {@link OpenLoop}.
 *
 * <p>Used by one thread.
 */
public final class ClosedLoop {
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final URI server;
  private final List<byte[]> requests;
  private final int connections;
  private final IntPredicate isExpected;
  private final Duration pause;
  private int next;

  /**
   * @param target the URI to which all bodies are posted
   * @param bodies at least one; posted in order, and again from the first
   * @param isExpected whether an answer with this status is valid
   */
  public ClosedLoop(
      URI target, Stream<RequestBody> bodies, int connections, IntPredicate isExpected) {
    this(target, bodies, connections, isExpected, Duration.ZERO);
  }

  private ClosedLoop(
      URI target,
      Stream<RequestBody> bodies,
      int connections,
      IntPredicate isExpected,
      Duration pause) {
    this.pause = pause;
    this.server = target;
    this.requests = bodies.map(body -> Exchange.request(target, body)).toList();
    this.connections = connections;
    this.isExpected = isExpected;
  }

  /**
   * One connection that pauses before each request, so that the server is idle when the request
   * arrives.
   */
  public static ClosedLoop lone(
      URI target, Stream<RequestBody> bodies, Duration pause, IntPredicate isExpected) {
    return new ClosedLoop(target, bodies, 1, isExpected, pause);
  }

  /**
   * Opens the connections, posts for {@code duration}, and blocks until the last answer.
   *
   * @throws IllegalStateException if a connection fails
   */
  public Window run(Duration duration) {
    return bySecond(duration).stream().reduce(Window.EMPTY, Window::plus);
  }

  /**
   * Does the same as {@link #run}, and returns one measurement for each second. The last one ends
   * with the last answer.
   *
   * @throws IllegalStateException if a connection fails
   */
  public List<Window> bySecond(Duration duration) {
    List<Second> seconds =
        Stream.generate(Second::new).limit(Math.max(1, duration.toSeconds())).toList();
    List<Exchange> exchanges = new ArrayList<>();
    try (Selector selector = Selector.open()) {
      for (int i = 0; i < connections; i++) {
        Exchange exchange = Exchange.connect(server);
        exchanges.add(exchange);
        SelectionKey key = exchange.channel().register(selector, SelectionKey.OP_READ, exchange);
        begin(exchange, key);
      }
      long start = System.nanoTime();
      int pending = connections;
      while (pending > 0) {
        selector.select();
        for (SelectionKey key : selector.selectedKeys()) {
          Exchange exchange = (Exchange) key.attachment();
          if (key.isWritable() && exchange.write()) {
            key.interestOps(SelectionKey.OP_READ);
          }
          int status = key.isReadable() ? exchange.read() : 0;
          if (status == 0) {
            continue;
          }
          long now = System.nanoTime();
          long second = Math.min(seconds.size() - 1, (now - start) / SECOND_NANOS);
          seconds.get((int) second).record(isExpected.test(status), now - exchange.beganNanos());
          if (now - start < duration.toNanos()) {
            begin(exchange, key);
          } else {
            pending--;
          }
        }
        selector.selectedKeys().clear();
      }
      long lastNanos = System.nanoTime() - start - (seconds.size() - 1) * SECOND_NANOS;
      return seconds.stream()
          .map(second -> second.window(second == seconds.getLast() ? lastNanos : SECOND_NANOS))
          .toList();
    } catch (IOException e) {
      throw new IllegalStateException("The load on %s failed: %s".formatted(server, e), e);
    } finally {
      exchanges.forEach(ClosedLoop::close);
    }
  }

  /** The answers that arrived in one second. */
  private static final class Second {
    private final Histogram micros = new Histogram(3);
    private long failed;

    void record(boolean valid, long nanos) {
      if (valid) {
        micros.recordValue(TimeUnit.NANOSECONDS.toMicros(nanos));
      } else {
        failed++;
      }
    }

    Window window(long tookNanos) {
      return new Window(micros, failed, Duration.ofNanos(tookNanos));
    }
  }

  private void begin(Exchange exchange, SelectionKey key) throws IOException {
    LockSupport.parkNanos(pause.toNanos());
    exchange.begin(requests.get(next++ % requests.size()));
    if (!exchange.write()) {
      key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }
  }

  private static void close(Exchange exchange) {
    try {
      exchange.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
