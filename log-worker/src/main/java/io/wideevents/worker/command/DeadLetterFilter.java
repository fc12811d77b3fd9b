package io.wideevents.worker.command;

import io.wideevents.event.DeadLetterReason;
import io.wideevents.kafka.StoredDeadLetter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Selects dead letters; an option group of picocli. */
final class DeadLetterFilter {
  @Option(
      names = "--reason",
      paramLabel = "<reason>",
      completionCandidates = Reasons.class,
      converter = ReasonConverter.class,
      description = "Only dead letters with this reason. May be repeated.")
  private List<String> reasons = new ArrayList<>();

  @Option(
      names = "--since",
      paramLabel = "<age>",
      converter = AgeConverter.class,
      description = "Only dead letters younger than this, such as 30m, 12h or 7d.")
  private @Nullable Duration since;

  boolean isActive() {
    return !reasons.isEmpty() || since != null;
  }

  boolean matches(StoredDeadLetter letter, Instant now) {
    return (reasons.isEmpty() || reasons.contains(letter.reason()))
        && (since == null || !letter.time().isBefore(now.minus(since)));
  }

  /** The list of all reasons, for shell completion. */
  static final class Reasons implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(DeadLetterReason.values()).map(DeadLetterReason::label).iterator();
    }
  }

  /** Rejects unknown reasons. With a mistyped reason the topic would seem to be empty. */
  static final class ReasonConverter implements ITypeConverter<String> {
    @Override
    public String convert(String value) {
      List<String> known = new ArrayList<>();
      new Reasons().forEach(known::add);
      if (!known.contains(value)) {
        throw new TypeConversionException("is not one of " + String.join(", ", known));
      }
      return value;
    }
  }

  /** Parses {@code 90s}, {@code 30m}, {@code 12h}, {@code 7d}. */
  static final class AgeConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String value) {
      if (!value.matches("\\d{1,6}[smhd]")) {
        throw new TypeConversionException("is not an age such as 30m, 12h or 7d");
      }
      long amount = Long.parseLong(value.substring(0, value.length() - 1));
      return switch (value.charAt(value.length() - 1)) {
        case 's' -> Duration.ofSeconds(amount);
        case 'm' -> Duration.ofMinutes(amount);
        case 'h' -> Duration.ofHours(amount);
        default -> Duration.ofDays(amount);
      };
    }
  }
}
