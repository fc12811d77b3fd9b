package io.wideevents.query.store;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that the results of all requests together may take. Reserving does not block. Safe for
 * concurrent use; a {@link Reservation} is for one thread.
 */
final class QueryMemory {
  private final long total;
  private final AtomicLong free;

  QueryMemory(long bytes) {
    this.total = bytes;
    this.free = new AtomicLong(bytes);
  }

  long usedBytes() {
    return total - free.get();
  }

  /** The memory of one request. */
  final class Reservation implements AutoCloseable {
    private long held;

    /**
     * @throws io.wideevents.query.QueryException 429 if other requests use the memory, 422 if this
     *     one alone needs too much; the earlier bytes stay reserved
     */
    void grow(long bytes) {
      if (held + bytes > total) {
        throw StoreFailures.tooLarge(
            "The results of the request need more than the %d MiB that this gateway has for queries"
                .formatted(total >> 20));
      }
      if (free.addAndGet(-bytes) < 0) {
        free.addAndGet(bytes);
        throw StoreFailures.memoryInUse();
      }
      held += bytes;
    }

    void shrink(long bytes) {
      held -= bytes;
      free.addAndGet(bytes);
    }

    /** Releases the memory. Idempotent. */
    @Override
    public void close() {
      shrink(held);
    }
  }
}
