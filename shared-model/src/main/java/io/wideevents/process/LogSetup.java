package io.wideevents.process;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import io.wideevents.config.LogFormat;
import io.wideevents.config.LogLevel;
import io.wideevents.config.LogSettings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.logstash.logback.encoder.LogstashEncoder;
import org.slf4j.LoggerFactory;

/**
 * Sets up the output, the format and the level of log lines. Only code and settings control the
 * log, so no file on the class path can turn it off.
 *
 * <p>Log lines always go to stderr, because the stdout of a command is its data. The logging thread
 * writes each line at once, so that no line is lost in a crash.
 */
public final class LogSetup {
  /** Libraries whose INFO lines do not help an operator. */
  private static final List<String> NOISY =
      List.of(
          "org.apache.kafka",
          "org.mongodb",
          "io.javalin",
          "org.eclipse.jetty",
          "reactor",
          "io.netty");

  /**
   * These loggers warn while a broker is unreachable. One of them warns at every attempt to
   * connect, several times a second. The other one warns for every partition of every retried
   * request. The project's own lines report the start and the end of the outage. A request that is
   * not retried fails, and the project logs the failure with its reason. Both loggers still log
   * errors, and everything at {@code LOG_LEVEL=debug}.
   */
  private static final List<String> TIRELESS =
      List.of(
          "org.apache.kafka.clients.NetworkClient",
          "org.apache.kafka.clients.producer.internals.Sender");

  /**
   * Logs an ERROR for each record that does not deserialize. The worker's deserializers fail
   * intentionally when a poll has returned enough bytes. The worker gets every other failure as an
   * exception.
   */
  private static final String DESERIALIZATION =
      "org.apache.kafka.clients.consumer.internals.CompletedFetch";

  private LogSetup() {}

  /** Applies {@code LOG_LEVEL} and {@code LOG_FORMAT}. */
  public static void start(LogSettings settings) {
    start(settings.level(), settings.format());
  }

  /** Replaces the current log setup. */
  public static void start(LogLevel level, LogFormat format) {
    start(context(), level, format);
  }

  static void start(LoggerContext context, LogLevel level, LogFormat format) {
    context.reset();
    Encoder<ILoggingEvent> encoder =
        switch (format) {
          case TEXT -> textEncoder(context);
          case JSON -> jsonEncoder();
        };
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setName("stderr");
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.setTarget("System.err");
    appender.start();
    context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(appender);
    context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(own(level));
    for (String library : NOISY) {
      context.getLogger(library).setLevel(libraries(level));
    }
    if (level.compareTo(LogLevel.INFO) >= 0) {
      for (String logger : TIRELESS) {
        context.getLogger(logger).setLevel(Level.ERROR);
      }
      context.getLogger(DESERIALIZATION).setLevel(Level.OFF);
      LibraryLines lines = new LibraryLines(context, appender);
      lines.start();
      for (String logger : LibraryLines.LOGGERS) {
        context.getLogger(logger).setAdditive(false);
        context.getLogger(logger).addAppender(lines);
      }
    }
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }

  private static Encoder<ILoggingEvent> textEncoder(LoggerContext context) {
    TextLayout layout = new TextLayout();
    layout.setContext(context);
    layout.start();
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setLayout(layout);
    return encoder;
  }

  private static Encoder<ILoggingEvent> jsonEncoder() {
    LogstashEncoder encoder = new LogstashEncoder();
    encoder.setTimeZone("UTC");
    return encoder;
  }

  private static Level own(LogLevel level) {
    return Level.valueOf(level.name());
  }

  private static Level libraries(LogLevel level) {
    return switch (level) {
      case TRACE -> Level.DEBUG;
      case DEBUG -> Level.INFO;
      case INFO, WARN -> Level.WARN;
      case ERROR -> Level.ERROR;
    };
  }
}
