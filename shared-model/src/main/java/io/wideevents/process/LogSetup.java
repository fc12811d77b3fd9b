package io.wideevents.process;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import io.wideevents.config.CommonSettings;
import io.wideevents.config.LogFormat;
import io.wideevents.config.LogLevel;
import io.wideevents.config.SettingValues;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.logstash.logback.encoder.LogstashEncoder;
import org.slf4j.LoggerFactory;

/**
 * Where log lines go, how they look and which are shown. Set up in code and by settings only, so
 * that no file on the class path can turn the log of a process off.
 *
 * <p>Lines always go to stderr: the stdout of a command is its data. They are written at once, on
 * the thread that logs, so that nothing is lost in a crash.
 */
public final class LogSetup {
  /** Libraries that tell at INFO what only their authors want to know. */
  private static final List<String> NOISY =
      List.of(
          "org.apache.kafka",
          "org.mongodb",
          "io.javalin",
          "org.eclipse.jetty",
          "reactor",
          "io.netty");

  /**
   * Warn for as long as a broker is away: the one at every attempt to connect, several times a
   * second, the other for every partition of every request that is tried again. Our own lines say
   * so once, and when it is back; what is not tried again comes to us as a failure, with its
   * reason. Both still tell errors, and at {@code LOG_LEVEL=debug} everything.
   */
  private static final List<String> TIRELESS =
      List.of(
          "org.apache.kafka.clients.NetworkClient",
          "org.apache.kafka.clients.producer.internals.Sender");

  /**
   * Logs an ERROR for each record that does not deserialize. The worker's deserializers fail on
   * purpose when a poll has returned enough bytes; a failure of any other kind comes to us as an
   * exception.
   */
  private static final String DESERIALIZATION =
      "org.apache.kafka.clients.consumer.internals.CompletedFetch";

  private LogSetup() {}

  /** Applies {@code LOG_LEVEL} and {@code LOG_FORMAT}. */
  public static void start(SettingValues values) {
    start(values.get(CommonSettings.LOG_LEVEL), values.get(CommonSettings.LOG_FORMAT));
  }

  /** Replaces whatever was set up before. */
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
