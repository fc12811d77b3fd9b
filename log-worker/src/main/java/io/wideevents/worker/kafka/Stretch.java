package io.wideevents.worker.kafka;

import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;

/**
 * A stretch of one partition's log, read record by record. Holds the fetched batches as they are,
 * compressed, and one record.
 *
 * <p>Not thread-safe. Closed by its caller.
 */
public interface Stretch extends AutoCloseable {
  /**
   * The next record, or why there is none. After {@code Corrupt} or {@code End} nothing follows.
   */
  Step next();

  @Override
  void close();

  /** What comes next in the log. */
  sealed interface Step {
    /** A record; perhaps one that is cut, see {@link LargeRecords#isCut}. */
    record Read(ConsumerRecord<byte[], byte[]> record) implements Step {}

    /**
     * A batch that cannot be read.
     *
     * @param offset the first offset that was not read
     * @param leaderEpoch of what is below that offset in the log, if known
     * @param nextOffset the first offset of the next batch, if that was fetched as well
     * @param cause what is wrong, without any of the content
     */
    record Corrupt(
        long offset, Optional<Integer> leaderEpoch, OptionalLong nextOffset, String cause)
        implements Step {}

    /** All of the stretch is read; control records and aborted transactions are passed over. */
    record End(OffsetAndMetadata next) implements Step {}
  }
}
