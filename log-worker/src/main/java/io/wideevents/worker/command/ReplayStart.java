package io.wideevents.worker.command;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Where a replay starts: at a position in one partition, or at a time in all partitions. */
sealed interface ReplayStart {
  /**
   * The dead letter at an offset of a partition, and the dead letters after it in that partition.
   */
  record Position(int partition, long offset) implements ReplayStart {}

  /** Dead letters that were written at this time or later. */
  record Time(Instant at) implements ReplayStart {}

  /** Parses {@code 3:42}, {@code 2026-11-26T01:03:17Z}, or an age such as {@code 2d}. */
  final class Converter implements ITypeConverter<ReplayStart> {
    @Override
    public ReplayStart convert(String value) {
      if (value.matches("\\d{1,6}:\\d{1,18}")) {
        int colon = value.indexOf(':');
        return new Position(
            Integer.parseInt(value.substring(0, colon)),
            Long.parseLong(value.substring(colon + 1)));
      }
      try {
        if (value.matches("\\d{1,6}[smhd]")) {
          Duration age = new DeadLetterFilter.AgeConverter().convert(value);
          return new Time(Instant.now().minus(age));
        }
        return new Time(Instant.parse(value));
      } catch (DateTimeParseException e) {
        throw new TypeConversionException(
            "'%s' is not <partition:offset> such as 3:42, a time such as 2026-11-26T01:03:17Z, or an age such as 2d"
                .formatted(value));
      }
    }
  }
}
