package io.wideevents.kafka.partition;

import java.io.IOException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.Records;
import org.jspecify.annotations.Nullable;

/**
 * The result of one fetch of one partition. Checks the checksum of every batch, and skips aborted
 * transactions and control records as a consumer with {@code read_committed} does.
 */
final class FetchedStretch implements Stretch {
  private final TopicPartition partition;
  private final int maxRecordBytes;
  private final boolean isEmpty;
  private final Iterator<? extends RecordBatch> batches;
  private final PriorityQueue<AbortedTransaction> aborted =
      new PriorityQueue<>(Comparator.comparingLong(AbortedTransaction::firstOffset));
  private final Set<Long> abortedProducers = new HashSet<>();
  private long nextOffset;
  private Optional<Integer> leaderEpoch;
  private @Nullable RecordBatch batch;
  private @Nullable RecordStream records;

  /**
   * @param from the first offset to return; the first batch may begin before it
   * @param maxRecordBytes larger records are cut
   */
  FetchedStretch(
      TopicPartition partition,
      OffsetAndMetadata from,
      Records fetched,
      List<AbortedTransaction> aborted,
      int maxRecordBytes) {
    this.partition = partition;
    this.nextOffset = from.offset();
    this.leaderEpoch = from.leaderEpoch();
    this.maxRecordBytes = maxRecordBytes;
    this.isEmpty = fetched.sizeInBytes() == 0;
    this.batches = fetched.batches().iterator();
    this.aborted.addAll(aborted);
  }

  @Override
  public Step next() {
    try {
      return step();
    } catch (IOException | RuntimeException e) {
      return corrupt(e.getMessage() == null ? e.toString() : e.getMessage());
    } catch (OutOfMemoryError e) {
      // The size of a record is limited. The memory that a decompressor requests is not.
      return corrupt("It cannot be decompressed within the heap: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    if (records != null) {
      try {
        records.close();
      } catch (IOException | RuntimeException e) {
        // Reading has ended. A decompressor may fail because the end of its input is missing.
      }
      records = null;
    }
  }

  private Step step() throws IOException {
    while (true) {
      if (records != null) {
        ConsumerRecord<byte[], byte[]> record = records.next();
        if (record != null && record.offset() >= nextOffset) {
          nextOffset = record.offset() + 1;
          return new Step.Read(record);
        }
        if (record != null) {
          continue;
        }
        endBatch();
      } else if (batches.hasNext()) {
        begin(batches.next());
      } else if (batch == null && !isEmpty) {
        throw new IOException("The log's bytes there are no batch");
      } else {
        return new Step.End(new OffsetAndMetadata(nextOffset, leaderEpoch, ""));
      }
    }
  }

  private void begin(RecordBatch next) throws IOException {
    batch = next;
    if (!(next instanceof DefaultRecordBatch readable)) {
      throw new IOException("Message format " + next.magic() + " is not read here");
    }
    readable.ensureValid();
    if (readable.partitionLeaderEpoch() >= 0) {
      leaderEpoch = Optional.of(readable.partitionLeaderEpoch());
    }
    if (isPassedOver(readable)) {
      endBatch();
    } else {
      records = new RecordStream(partition, readable, maxRecordBytes);
    }
  }

  private boolean isPassedOver(DefaultRecordBatch next) {
    if (next.hasProducerId()) {
      while (!aborted.isEmpty() && aborted.element().firstOffset() <= next.lastOffset()) {
        abortedProducers.add(aborted.remove().producerId());
      }
      if (isAbortMarker(next)) {
        abortedProducers.remove(next.producerId());
      }
    }
    return next.isControlBatch()
        || (next.isTransactional() && abortedProducers.contains(next.producerId()));
  }

  private static boolean isAbortMarker(DefaultRecordBatch next) {
    if (!next.isControlBatch()) {
      return false;
    }
    Iterator<Record> markers = next.iterator();
    return markers.hasNext()
        && ControlRecordType.parse(markers.next().key()) == ControlRecordType.ABORT;
  }

  private void endBatch() {
    close();
    if (batch != null) {
      nextOffset = Math.max(nextOffset, batch.nextOffset());
    }
  }

  private Step.Corrupt corrupt(String cause) {
    close();
    return new Step.Corrupt(nextOffset, leaderEpoch, behindBatch(), cause);
  }

  // The header of a corrupt batch may have a wrong end offset. The start of the next batch is
  // reliable.
  private OptionalLong behindBatch() {
    try {
      long behind = batches.hasNext() ? batches.next().baseOffset() : -1;
      return behind > nextOffset ? OptionalLong.of(behind) : OptionalLong.empty();
    } catch (RuntimeException e) {
      return OptionalLong.empty();
    }
  }
}
