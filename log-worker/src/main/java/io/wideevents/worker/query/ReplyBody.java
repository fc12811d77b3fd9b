package io.wideevents.worker.query;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of a reply as a stream with a read timeout. The timeout of the JDK's client ends with
 * the headers of the reply. Holds the data of one network read in memory. One thread reads.
 */
final class ReplyBody extends InputStream implements Flow.Subscriber<List<ByteBuffer>> {
  private sealed interface Signal {
    record Data(List<ByteBuffer> buffers) implements Signal {}

    record Failed(Throwable cause) implements Signal {}

    record End() implements Signal {}
  }

  private final Duration timeout;
  private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
  private final Deque<ByteBuffer> unread = new ArrayDeque<>();
  private volatile Flow.@Nullable Subscription subscription;
  private boolean ended;

  /**
   * @param timeout how long a read waits for data
   */
  ReplyBody(Flow.Publisher<List<ByteBuffer>> body, Duration timeout) {
    this.timeout = timeout;
    body.subscribe(this);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    while (unread.isEmpty()) {
      if (ended) {
        return -1;
      }
      await();
    }
    ByteBuffer first = unread.getFirst();
    int bytes = Math.min(length, first.remaining());
    first.get(into, offset, bytes);
    if (!first.hasRemaining()) {
      unread.removeFirst();
    }
    return bytes;
  }

  private void await() throws IOException {
    switch (poll()) {
      case null ->
          throw new HttpTimeoutException("nothing arrived for " + timeout.toSeconds() + " s");
      case Signal.Data data -> {
        data.buffers.stream().filter(ByteBuffer::hasRemaining).forEach(unread::add);
        Objects.requireNonNull(subscription).request(1);
      }
      case Signal.Failed failed -> throw new IOException(failed.cause.getMessage(), failed.cause);
      case Signal.End end -> ended = true;
    }
  }

  private @Nullable Signal poll() throws InterruptedIOException {
    try {
      return signals.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }

  /** Cancels the rest of the body. */
  @Override
  public void close() {
    Flow.Subscription current = subscription;
    if (current != null) {
      current.cancel();
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    given.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    signals.add(new Signal.Data(buffers));
  }

  @Override
  public void onError(Throwable cause) {
    signals.add(new Signal.Failed(cause));
  }

  @Override
  public void onComplete() {
    signals.add(new Signal.End());
  }
}
