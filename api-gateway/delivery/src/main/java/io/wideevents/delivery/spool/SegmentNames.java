package io.wideevents.delivery.spool;

import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

final class SegmentNames {
  private static final Pattern SEGMENT = Pattern.compile("(\\d{18})\\.segment");
  private static final Pattern UNFINISHED = Pattern.compile("\\d{18}\\.unfinished");

  private SegmentNames() {}

  static Path segment(Path directory, long sequence) {
    return directory.resolve("%018d.segment".formatted(sequence));
  }

  /** A segment whose header is not synced yet; it holds no event. */
  static Path unfinished(Path directory, long sequence) {
    return directory.resolve("%018d.unfinished".formatted(sequence));
  }

  /** The quarantine file that represents missing segments. */
  static Path missing(Path quarantine, long from, long to) {
    return quarantine.resolve("%018d-%018d.missing".formatted(from, to));
  }

  /** The number of a segment; empty if the file name is not that of a segment. */
  static OptionalLong sequence(Path file) {
    Matcher name = SEGMENT.matcher(String.valueOf(file.getFileName()));
    return name.matches() ? OptionalLong.of(Long.parseLong(name.group(1))) : OptionalLong.empty();
  }

  static boolean isUnfinished(Path file) {
    return UNFINISHED.matcher(String.valueOf(file.getFileName())).matches();
  }
}
