package io.wideevents.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RejectionLogTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(RejectionLogTest.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Queue<Runnable> later = new ArrayDeque<>();
  private final RejectionLog log = new RejectionLog(logger, "Rejected events", "code", later::add);

  @BeforeEach
  void listen() {
    lines.start();
    logger.setAdditive(false);
    logger.addAppender(lines);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(lines);
    logger.setAdditive(true);
  }

  @Test
  void firstRejection_isLoggedAtOnceAndTheOthersTogether() {
    for (int i = 0; i < 5_774; i++) {
      reject(i % 10 == 0 ? "event_too_large" : "missing_field", "timestamp", "shop-" + i);
    }

    assertThat(lines.list).hasSize(1);
    assertThat(values(0)).isEqualTo("count=1 code=event_too_large field=timestamp client=shop-0");

    intervalEnds();

    assertThat(lines.list).hasSize(2);
    assertThat(values(1))
        .isEqualTo(
            "count=5773 code=missing_field field=timestamp client=shop-1 codeCount=5196"
                + " others=event_too_large=577 field=timestamp client=shop-10");
    assertThat(lines.list).allMatch(line -> line.getLevel().equals(Level.WARN));
  }

  @Test
  void quietInterval_logsNothingAndTheNextRejectionIsShownAtOnce() {
    reject("missing_field", "a", "b");

    intervalEnds();
    reject("missing_field", "a", "b");

    assertThat(lines.list).hasSize(2);
    assertThat(later).hasSize(1);
  }

  @Test
  void flush_logsWhatNoLineHasCounted() {
    reject("missing_field", "a", "b");
    reject("missing_field", "a", "b");

    log.flush();
    log.flush();

    assertThat(lines.list).hasSize(2);
  }

  @Test
  void line_isBoundedWhateverTheCodesAndExamplesAre() {
    String field = "x".repeat(100_000);
    String client = "y".repeat(100_000);
    reject("first", "", "");
    for (int i = 0; i < 100_000; i++) {
      reject("code" + i, field, client);
    }

    intervalEnds();

    assertThat(values(1)).startsWith("count=100000 code=other ").hasSizeLessThan(2_000);
  }

  @Test
  void example_cannotForgeALine() {
    reject("missing_field", "a\r\n2026 ERROR \u001b[31m\u202e\u2028b", "c");

    assertThat(values(0))
        .isEqualTo("count=1 code=missing_field field=a��2026 ERROR �[31m��b client=c");
  }

  @Test
  void example_thatThrowsCostsTheCallerNothing() {
    log.rejected(
        "missing_field",
        1,
        () -> {
          throw new IllegalStateException();
        });
    reject("missing_field", "a", "b");

    assertThat(lines.list).hasSize(1);
  }

  private void reject(String code, String field, String client) {
    Map<String, String> example = new java.util.LinkedHashMap<>();
    example.put("field", field);
    example.put("client", client);
    log.rejected(code, 1, () -> example);
  }

  private void intervalEnds() {
    later.remove().run();
  }

  private String values(int index) {
    return lines.list.get(index).getKeyValuePairs().stream()
        .map(pair -> pair.key + '=' + pair.value)
        .collect(Collectors.joining(" "));
  }
}
