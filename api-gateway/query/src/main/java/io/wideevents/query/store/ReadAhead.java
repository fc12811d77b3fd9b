package io.wideevents.query.store;

import com.mongodb.reactivestreams.client.AggregatePublisher;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/**
 * The results of a query, some of which are read ahead. An {@link AggregatePublisher} without a
 * batch size gets as many results from MongoDB at once as are requested here. Their number follows
 * from the largest result so far, so that results that are large do not fill the memory.
 */
final class ReadAhead extends BaseSubscriber<RawBsonDocument> {
  private static final int FIRST = 2;
  private static final int MOST = 256;
  private static final Object END = new Object();

  private final long bytes;
  private final BlockingQueue<Object> queue = new LinkedBlockingQueue<>();
  private int requested = FIRST;
  private int largest = 1;

  private record Failure(Throwable cause) {}

  /**
   * @param bytes how many bytes to request at once; a single result may have more
   */
  ReadAhead(long bytes) {
    this.bytes = bytes;
  }

  /**
   * The next result; null after the last. Blocks until MongoDB answers.
   *
   * @throws RuntimeException the failure of the query
   */
  @Nullable RawBsonDocument next() throws InterruptedException {
    requestMore();
    Object next = queue.take();
    if (next instanceof Failure(Throwable cause)) {
      throw cause instanceof RuntimeException known ? known : new IllegalStateException(cause);
    }
    return next instanceof RawBsonDocument document ? document : null;
  }

  private void requestMore() {
    int more;
    synchronized (this) {
      more = Math.clamp(bytes / largest, 1, MOST);
      if (requested > 0 || queue.size() > more / 2) {
        return;
      }
      requested = more;
    }
    request(more);
  }

  @Override
  protected void hookOnSubscribe(Subscription subscription) {
    subscription.request(FIRST);
  }

  @Override
  protected void hookOnNext(RawBsonDocument document) {
    synchronized (this) {
      requested--;
      largest = Math.max(largest, document.getByteBuffer().remaining());
    }
    queue.add(document);
  }

  @Override
  protected void hookOnError(Throwable thrown) {
    queue.add(new Failure(thrown));
  }

  @Override
  protected void hookOnComplete() {
    queue.add(END);
  }
}
