package io.wideevents.delivery.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts and logs unreadable data, each range once, and moves damaged and foreign files into the
 * quarantine. Files in the quarantine are not read again and do not count towards the spool's size.
 * Safe for concurrent use.
 */
final class SpoolDamage {
  private static final Logger LOG = LoggerFactory.getLogger(SpoolDamage.class);

  private final Path quarantine;
  private final SpoolFiles files;
  private final AtomicLong quarantined;
  private final LongAdder ranges = new LongAdder();
  private final LongAdder tornTails = new LongAdder();
  private final AtomicReference<@Nullable Path> lastReported = new AtomicReference<>();

  private SpoolDamage(Path quarantine, SpoolFiles files, long quarantined) {
    this.quarantine = quarantine;
    this.files = files;
    this.quarantined = new AtomicLong(quarantined);
  }

  static SpoolDamage open(Path quarantine, SpoolFiles files) throws IOException {
    files.createDirectories(quarantine);
    return new SpoolDamage(quarantine, files, files.list(quarantine).size());
  }

  /** Records acknowledged bytes without an intact event. */
  void range(Path file, int from, int to) {
    ranges.increment();
    // One line per file: a bad disk may damage thousands of ranges in each.
    if (!file.equals(lastReported.getAndSet(file))) {
      LOG.atError()
          .addKeyValue("file", file)
          .addKeyValue("from", from)
          .addKeyValue("to", to)
          .log("The spool skipped damaged bytes. Check the disk. The file will be kept");
    }
  }

  /** Records a file whose header differs from what was written; its events may be intact. */
  void header(Path file, String error) {
    ranges.increment();
    LOG.atError()
        .addKeyValue("file", file)
        .addKeyValue("error", error)
        .log("A spool file is damaged; check the disk. The file will be kept");
  }

  /** Records a file that cannot be read now; the file is not moved. */
  void unreadable(Path file, IOException cause) {
    ranges.increment();
    LOG.atError()
        .addKeyValue("file", file)
        .setCause(cause)
        .log("A spool file cannot be read and is skipped; check the disk");
  }

  /** Records a file that another version of the gateway wrote; the file is not touched. */
  void otherVersion(Path file) {
    ranges.increment();
    LOG.atError()
        .addKeyValue("file", file)
        .log(
            "A spool file has the format of another version and is left as it is; drain it with"
                + " that version (api-gateway spool drain), or move it out of the directory");
  }

  /** Records the remains of a write that a crash interrupted. */
  void tornTail(Path file, int bytes) {
    tornTails.increment();
    LOG.atInfo()
        .addKeyValue("file", file)
        .addKeyValue("bytes", bytes)
        .log("Skipped the incomplete end of a spool file. Its events had not been acknowledged");
  }

  /** Renames a file into the quarantine; needs no free disk space. */
  void quarantine(Path file, String why) throws IOException {
    Path target = freeName(String.valueOf(file.getFileName()));
    files.rename(file, target);
    quarantined.incrementAndGet();
    LOG.atError()
        .addKeyValue("from", file)
        .addKeyValue("file", target)
        .addKeyValue("error", why)
        .log("Put a damaged spool file into quarantine; look at it, then delete it");
  }

  private Path freeName(String name) throws IOException {
    List<Path> taken = files.list(quarantine);
    Path target = quarantine.resolve(name);
    for (int attempt = 1; taken.contains(target); attempt++) {
      target = quarantine.resolve(name + "." + attempt);
    }
    return target;
  }

  SpoolStats.Damage stats() {
    return new SpoolStats.Damage(ranges.sum(), tornTails.sum(), quarantined.get());
  }
}
