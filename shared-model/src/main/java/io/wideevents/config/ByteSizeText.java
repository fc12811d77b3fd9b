package io.wideevents.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes in the format of settings: {@code 1024}, {@code 64KiB}, {@code 8MiB}, {@code 2GiB}. */
final class ByteSizeText {
  private static final Pattern FORM = Pattern.compile("(-?\\d{1,18})\\s*([kKmMgGtT])?(?:i?[bB])?");
  private static final String PREFIXES = "kmgt";

  private ByteSizeText() {}

  static Parsed<Long> parse(String text, long min, long max) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Parsed.invalid("is not a size in bytes");
    }
    String prefix = matcher.group(2);
    // KB is read as KiB, because a user who writes 8MB here does not mean exactly 8 000 000.
    int power = prefix == null ? 0 : 1 + PREFIXES.indexOf(prefix.toLowerCase(Locale.ROOT));
    long amount = Long.parseLong(matcher.group(1));
    long unit = 1L << (10 * power);
    if (amount > Long.MAX_VALUE / unit || amount < Long.MIN_VALUE / unit) {
      return Parsed.invalid("is more than " + format(max));
    }
    long bytes = amount * unit;
    return bytes >= min && bytes <= max
        ? Parsed.value(bytes)
        : Parsed.invalid("is outside %s to %s".formatted(format(min), format(max)));
  }

  /** The shortest exact form. */
  static String format(long bytes) {
    long amount = bytes;
    int power = 0;
    while (power < PREFIXES.length() && amount != 0 && amount % 1024 == 0) {
      amount /= 1024;
      power++;
    }
    return power == 0
        ? amount + "B"
        : amount + PREFIXES.substring(power - 1, power).toUpperCase(Locale.ROOT) + "iB";
  }
}
