package io.wideevents.delivery.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory for files that are damaged or foreign. Files in it are not read again and do not
 * count towards the spool's size. An operator may inspect and delete them. Safe for concurrent use.
 */
final class Quarantine {
  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

  private final Path directory;
  private final SpoolFiles files;
  private final AtomicLong count;

  private Quarantine(Path directory, SpoolFiles files, long count) {
    this.directory = directory;
    this.files = files;
    this.count = new AtomicLong(count);
  }

  static Quarantine open(Path directory, SpoolFiles files) throws IOException {
    files.createDirectories(directory);
    return new Quarantine(directory, files, files.list(directory).size());
  }

  /** Renames a file into the quarantine; needs no free disk space. */
  void take(Path file, String why) throws IOException {
    Path target = free(String.valueOf(file.getFileName()));
    files.rename(file, target);
    count.incrementAndGet();
    LOG.atError()
        .addKeyValue("from", file)
        .addKeyValue("file", target)
        .addKeyValue("error", why)
        .log("Put a damaged spool file into quarantine; look at it, then delete it");
  }

  /**
   * Creates an empty file that represents missing segments, so that an operator finds them after a
   * restart.
   */
  void noteMissing(long from, long to) {
    try {
      String name = String.valueOf(SegmentNames.missing(directory, from, to).getFileName());
      files.create(free(name)).close();
      count.incrementAndGet();
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("directory", directory)
          .setCause(e)
          .log("Could not note in the quarantine that spool files are missing");
    }
  }

  long count() {
    return count.get();
  }

  private Path free(String name) throws IOException {
    List<Path> taken = files.list(directory);
    Path target = directory.resolve(name);
    for (int attempt = 1; taken.contains(target); attempt++) {
      target = directory.resolve(name + "." + attempt);
    }
    return target;
  }
}
