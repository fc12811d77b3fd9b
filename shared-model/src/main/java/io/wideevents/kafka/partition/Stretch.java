package io.wideevents.kafka.partition;

import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * A stretch of one partition's log, read record by record. Keeps the fetched batches compressed,
 * and one record, in memory.
 *
 * <p>Not thread-safe. The caller closes it.
 */
public interface Stretch extends AutoCloseable {
  /** Bytes of the key and of the value that a cut record keeps. */
  int HEAD_BYTES = 64 * 1024;

  /** Memory of one header besides its bytes. Even a short header is several objects. */
  int HEADER_OVERHEAD_BYTES = 128;

  /** The next record, or why there is none. {@code Corrupt} and {@code End} are the last step. */
  Step next();

  @Override
  void close();

  /** The next step in the log. */
  sealed interface Step {
    /**
     * A record. A record that is too large is cut: its key and value have {@link #HEAD_BYTES} at
     * most, and it has no headers. The record's serialized sizes are those in the log.
     */
    record Read(ConsumerRecord<byte[], byte[]> record) implements Step {}

    /**
     * A batch that cannot be read.
     *
     * @param offset the first offset that was not read
     * @param leaderEpoch leader epoch of the record below that offset, if known
     * @param nextOffset the first offset of the next batch, if that was fetched as well
     * @param cause what is wrong, without any of the content
     */
    record Corrupt(
        long offset, Optional<Integer> leaderEpoch, OptionalLong nextOffset, String cause)
        implements Step {}

    /** The end of the stretch. Control records and aborted transactions were skipped. */
    record End(OffsetAndMetadata next) implements Step {}
  }
}
