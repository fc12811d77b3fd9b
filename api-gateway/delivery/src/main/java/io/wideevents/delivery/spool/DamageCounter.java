package io.wideevents.delivery.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts and logs unreadable data, each range once. Safe for concurrent use. */
final class DamageCounter {
  private static final Logger LOG = LoggerFactory.getLogger(DamageCounter.class);

  private final LongAdder ranges = new LongAdder();
  private final LongAdder tornTails = new LongAdder();
  private final AtomicReference<@Nullable Path> lastReported = new AtomicReference<>();

  void range(Path file, int from, int to) {
    ranges.increment();
    // One line per file: a bad disk may damage thousands of ranges in each.
    if (!file.equals(lastReported.getAndSet(file))) {
      LOG.atError()
          .addKeyValue("file", file)
          .addKeyValue("from", from)
          .addKeyValue("to", to)
          .log("Spooled bytes are damaged and skipped; check the disk. The file will be kept");
    }
  }

  /** Records a file whose content differs from what was written; its events may be intact. */
  void found(Path file, String error) {
    ranges.increment();
    LOG.atError()
        .addKeyValue("file", file)
        .addKeyValue("error", error)
        .log("A spool file is damaged; check the disk. The file will be kept");
  }

  /** Records segments that are missing from the directory though no process removed them. */
  void missing(Path directory, long from, long to) {
    ranges.increment();
    LOG.atError()
        .addKeyValue("directory", directory)
        .addKeyValue("from", from)
        .addKeyValue("to", to)
        .log("Spool files are missing, with the events in them; check the disk");
  }

  /** Records a file that cannot be read now; the file is not moved. */
  void unreadable(Path file, IOException cause) {
    ranges.increment();
    LOG.atError()
        .addKeyValue("file", file)
        .setCause(cause)
        .log("A spool file cannot be read and is passed over; check the disk");
  }

  void tornTail() {
    tornTails.increment();
  }

  long ranges() {
    return ranges.sum();
  }

  long tornTails() {
    return tornTails.sum();
  }
}
