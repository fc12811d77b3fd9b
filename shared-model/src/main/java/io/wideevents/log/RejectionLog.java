package io.wideevents.log;

import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Logs rejections: the first at once, then at most one WARN in ten seconds with the number of
 * rejections since the last line. The counts of all lines add up to the rejections recorded. If no
 * rejection follows, the last line is logged when the ten seconds are over.
 *
 * <p>A line contains the count, and the code and an example of the most frequent code; {@code
 * others} contains the other codes. Length and memory are limited whatever the codes and examples
 * are, and control characters in examples are replaced. Examples must not contain values of events,
 * only names and positions.
 *
 * <p>Safe for concurrent use. Never throws.
 */
public final class RejectionLog {
  static final Duration INTERVAL = Duration.ofSeconds(10);
  static final int MAX_CODES = 8;
  static final int MAX_TEXT = 80;
  private static final String OTHER_CODES = "other";

  private final Logger logger;
  private final String message;
  private final String codeKey;
  private final Executor afterInterval;
  // Insertion order, so that the first code is shown when two have the same count.
  private Map<String, Seen> seen = new LinkedHashMap<>();
  private boolean isWaiting;

  /** The rejections with one code since the last line, and the first example. */
  private static final class Seen {
    final Map<String, String> example;
    long count;

    Seen(Map<String, String> example) {
      this.example = example;
    }
  }

  /**
   * @param message what was rejected, in the past tense
   * @param codeKey the name of the code in the log line, such as {@code code} or {@code reason}
   */
  public RejectionLog(Logger logger, String message, String codeKey) {
    this(
        logger,
        message,
        codeKey,
        CompletableFuture.delayedExecutor(INTERVAL.toMillis(), TimeUnit.MILLISECONDS));
  }

  /**
   * @param afterInterval runs a task when the interval is over
   */
  RejectionLog(Logger logger, String message, String codeKey, Executor afterInterval) {
    this.codeKey = codeKey;
    this.logger = logger;
    this.message = message;
    this.afterInterval = afterInterval;
  }

  /**
   * Records rejections with one code.
   *
   * @param example facts of the first of them, by their names in the log line; called only if it
   *     will be shown
   */
  public void rejected(String code, long count, Supplier<Map<String, ?>> example) {
    try {
      boolean isFirst;
      synchronized (this) {
        add(code, count, example);
        isFirst = !isWaiting;
        isWaiting = true;
      }
      if (isFirst) {
        logAndWait();
      }
    } catch (Throwable e) {
      // The failure cannot be reported, because logging itself is broken.
    }
  }

  /** Logs the rejections that no line has counted yet; called when the process ends. */
  public void flush() {
    try {
      log(take());
    } catch (Throwable e) {
      // As above.
    }
  }

  private void add(String code, long count, Supplier<Map<String, ?>> example) {
    String known = clean(code);
    if (!seen.containsKey(known) && seen.size() >= MAX_CODES) {
      known = OTHER_CODES;
    }
    Seen one = seen.get(known);
    if (one == null) {
      one = new Seen(texts(example.get()));
      seen.put(known, one);
    }
    one.count += count;
  }

  private void logAndWait() {
    log(take());
    afterInterval.execute(this::intervalEnded);
  }

  private void intervalEnded() {
    synchronized (this) {
      if (seen.isEmpty()) {
        isWaiting = false;
        return;
      }
    }
    try {
      logAndWait();
    } catch (Throwable e) {
      synchronized (this) {
        isWaiting = false;
      }
    }
  }

  private synchronized Map<String, Seen> take() {
    Map<String, Seen> taken = seen;
    seen = new LinkedHashMap<>();
    return taken;
  }

  private void log(Map<String, Seen> rejections) {
    if (rejections.isEmpty()) {
      return;
    }
    List<Map.Entry<String, Seen>> byCount =
        rejections.entrySet().stream()
            .sorted(
                Comparator.comparingLong((Map.Entry<String, Seen> each) -> each.getValue().count)
                    .reversed())
            .toList();
    Map.Entry<String, Seen> most = byCount.getFirst();
    LoggingEventBuilder line =
        logger
            .atWarn()
            .addKeyValue("count", byCount.stream().mapToLong(each -> each.getValue().count).sum())
            .addKeyValue(codeKey, most.getKey());
    for (Map.Entry<String, String> fact : most.getValue().example.entrySet()) {
      line = line.addKeyValue(fact.getKey(), fact.getValue());
    }
    if (byCount.size() > 1) {
      line = line.addKeyValue(codeKey + "Count", most.getValue().count);
      line =
          line.addKeyValue(
              "others",
              byCount.stream()
                  .skip(1)
                  .map(RejectionLog::inShort)
                  .collect(Collectors.joining("; ")));
    }
    line.log(message);
  }

  private static String inShort(Map.Entry<String, Seen> rejections) {
    StringBuilder text = new StringBuilder(rejections.getKey());
    text.append('=').append(rejections.getValue().count);
    rejections
        .getValue()
        .example
        .forEach((name, value) -> text.append(' ').append(name).append('=').append(value));
    return text.toString();
  }

  private static Map<String, String> texts(Map<String, ?> example) {
    Map<String, String> texts = new LinkedHashMap<>();
    example.forEach((name, value) -> texts.put(name, clean(String.valueOf(value))));
    return texts;
  }

  /**
   * The beginning of a client's text, without characters that could forge a line or control a
   * terminal.
   */
  private static String clean(String text) {
    StringBuilder cleaned = new StringBuilder();
    for (int i = 0; i < text.length() && i < MAX_TEXT; i++) {
      char c = text.charAt(i);
      cleaned.append(isPlain(c) ? c : '\uFFFD');
    }
    return text.length() <= MAX_TEXT ? cleaned.toString() : cleaned.append('…').toString();
  }

  private static boolean isPlain(char c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
