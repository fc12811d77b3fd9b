package io.wideevents.process;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import io.wideevents.config.LogFormat;
import io.wideevents.config.LogLevel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LogSetupTest {
  private final LoggerContext context = new LoggerContext();
  private final ByteArrayOutputStream captured = new ByteArrayOutputStream();
  private final PrintStream stderr = System.err;

  @BeforeEach
  void setUp() {
    context.setMDCAdapter(new LogbackMDCAdapter());
    System.setErr(new PrintStream(captured, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void tearDown() {
    System.setErr(stderr);
    context.stop();
  }

  @Test
  void text_isOneLineWithSimpleLoggerNameAndKeyValues() {
    LoggingEvent event = event("Connected to Kafka broker at {}", new Object[] {"localhost:9092"});
    event.setKeyValuePairs(
        List.of(
            new KeyValuePair("durationMs", 12),
            new KeyValuePair("error", "not \"primary\""),
            new KeyValuePair("topic", "")));

    assertThat(new TextLayout().doLayout(event))
        .isEqualTo(
            "2026-11-22T12:00:00.123Z INFO  [KafkaClient] Connected to Kafka broker at"
                + " localhost:9092 durationMs=12 error=\"not \\\"primary\\\"\" topic=\"\""
                + System.lineSeparator());
  }

  @Test
  void text_escapesWhatCouldForgeALine() {
    LoggingEvent event = event("bad\n2026-11-22 ERROR [Gateway] forged\u001b[31m\t{}", "ü");

    assertThat(new TextLayout().doLayout(event))
        .contains("bad\\n2026-11-22 ERROR [Gateway] forged\\u001b[31m\\tü")
        .hasLineCount(1);
  }

  @Test
  void text_escapesTheMessagesOfAStackTrace() {
    String forged = "bad\n2026-11-22T12:00:00.123Z ERROR [Gateway] forged\u001b[31m";
    IllegalStateException thrown =
        new IllegalStateException(forged, new IllegalArgumentException(forged));
    thrown.addSuppressed(new IllegalStateException(forged));
    LogSetup.start(context, LogLevel.INFO, LogFormat.TEXT);

    logger("io.wideevents.Thing").error("Broke", thrown);

    assertThat(lines())
        .contains(
            "java.lang.IllegalStateException: bad\\n2026-11-22T12:00:00.123Z ERROR [Gateway]"
                + " forged\\u001b[31m")
        .filteredOn(line -> line.startsWith("2026"))
        .hasSize(1);
    assertThat(captured.toString(StandardCharsets.UTF_8)).doesNotContain("\u001b");
  }

  @Test
  void text_showsCausesAndSuppressedExceptionsAsLogbackDoes() {
    IllegalStateException thrown =
        new IllegalStateException("outer", new IllegalArgumentException("middle", cyclic()));
    IllegalStateException suppressed = new IllegalStateException("beside", new Error("below"));
    suppressed.addSuppressed(new IllegalStateException());
    thrown.addSuppressed(suppressed);
    LoggingEvent event = event("Broke");
    event.setThrowableProxy(new ThrowableProxy(thrown));

    assertThat(new TextLayout().doLayout(event))
        .endsWith(System.lineSeparator() + ThrowableProxyUtil.asString(event.getThrowableProxy()));
  }

  private static Throwable cyclic() {
    Exception one = new Exception("one");
    one.initCause(new Exception("two", one));
    return one;
  }

  @Test
  void text_endsWithTheStackTrace() {
    LogSetup.start(context, LogLevel.INFO, LogFormat.TEXT);

    logger("io.wideevents.Thing").error("Broke", new IllegalStateException("why"));

    assertThat(lines()).hasSizeGreaterThan(2);
    assertThat(lines().get(0)).endsWith("ERROR [Thing] Broke");
    assertThat(lines().get(1)).isEqualTo("java.lang.IllegalStateException: why");
  }

  @Test
  void libraries_thatAClientCanMakeLogShowOneShortLine() {
    LogSetup.start(context, LogLevel.INFO, LogFormat.TEXT);
    String sent = "x".repeat(7_000);

    for (int i = 0; i < 100; i++) {
      logger("org.eclipse.jetty.util.HostPort").warn("Bad Authority: [{}]", sent);
      logger("io.javalin.Javalin").error("Failed", new IllegalStateException(sent));
    }

    assertThat(lines()).hasSize(2).allSatisfy(line -> assertThat(line).hasSizeLessThan(700));
    assertThat(lines().get(0)).contains("WARN  [HostPort] Bad Authority: [xxx");
    assertThat(lines().get(1)).contains("error=\"java.lang.IllegalStateException: xxx");
  }

  @Test
  void libraries_showAStackTraceThatRepeatsNoLongText() {
    LogSetup.start(context, LogLevel.INFO, LogFormat.TEXT);

    logger("org.eclipse.jetty.Thing").warn("Broke", new IllegalStateException("why"));

    assertThat(lines()).hasSizeGreaterThan(2);
    assertThat(lines().get(1)).isEqualTo("java.lang.IllegalStateException: why");
  }

  @Test
  void json_isOneObjectALineWithKeyValuesAsFields() {
    LogSetup.start(context, LogLevel.INFO, LogFormat.JSON);

    logger("io.wideevents.Thing").atInfo().addKeyValue("batchSize", 7).log("Done\n\"it\"");

    assertThat(lines()).hasSize(1);
    JsonNode line = JsonMapper.shared().readTree(lines().get(0));
    assertThat(line.path("message").stringValue()).isEqualTo("Done\n\"it\"");
    assertThat(line.path("batchSize").intValue()).isEqualTo(7);
    assertThat(line.path("level").stringValue()).isEqualTo("INFO");
  }

  @Test
  void info_showsLibrariesFromWarnOn() {
    LogSetup.start(context, LogLevel.INFO, LogFormat.TEXT);

    logger("org.apache.kafka.clients.Metadata").info("chatter");
    logger("org.apache.kafka.clients.Metadata").warn("library warns");
    logger("org.apache.kafka.clients.NetworkClient").warn("could not be established, again");
    logger("io.wideevents.Thing").info("ours");
    logger("io.wideevents.Thing").debug("detail");

    assertThat(lines()).hasSize(2);
    assertThat(lines().get(0)).endsWith("library warns");
    assertThat(lines().get(1)).endsWith("ours");
  }

  @Test
  void info_leavesOutWhatKafkasProducerTriesAgain() {
    LogSetup.start(context, LogLevel.INFO, LogFormat.TEXT);

    Logger sender = logger("org.apache.kafka.clients.producer.internals.Sender");
    sender.warn("Got error produce response on partition 0, retrying");
    sender.warn("Got error produce response on partition 1, retrying");
    sender.error("Uncaught error in kafka producer I/O thread");

    assertThat(lines()).hasSize(1);
    assertThat(lines().getFirst()).endsWith("Uncaught error in kafka producer I/O thread");
  }

  @Test
  void debug_showsWhatKafkasProducerTriesAgain() {
    LogSetup.start(context, LogLevel.DEBUG, LogFormat.TEXT);

    logger("org.apache.kafka.clients.producer.internals.Sender").warn("Got error, retrying");

    assertThat(lines()).hasSize(1);
  }

  @Test
  void debug_showsLibrariesFromInfoOn() {
    LogSetup.start(context, LogLevel.DEBUG, LogFormat.TEXT);

    logger("org.mongodb.driver.cluster").debug("flood");
    logger("org.mongodb.driver.cluster").info("chatter");
    logger("io.wideevents.Thing").debug("detail");

    assertThat(lines()).hasSize(2);
  }

  @Test
  void start_replacesWhatWasSetUpBefore() {
    LogSetup.start(context, LogLevel.INFO, LogFormat.TEXT);
    LogSetup.start(context, LogLevel.ERROR, LogFormat.TEXT);

    logger("io.wideevents.Thing").warn("hidden");
    logger("io.wideevents.Thing").error("shown once");

    assertThat(lines()).hasSize(1);
  }

  private static LoggingEvent event(String message, Object... arguments) {
    LoggerContext context = new LoggerContext();
    Logger logger = context.getLogger("io.wideevents.delivery.kafka.KafkaClient");
    LoggingEvent event =
        new LoggingEvent(
            "fqcn", logger, ch.qos.logback.classic.Level.INFO, message, null, arguments);
    event.setInstant(Instant.parse("2026-11-22T12:00:00.123Z"));
    return event;
  }

  private Logger logger(String name) {
    return context.getLogger(name);
  }

  private List<String> lines() {
    return captured.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
