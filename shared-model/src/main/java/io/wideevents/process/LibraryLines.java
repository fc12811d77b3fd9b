package io.wideevents.process;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import io.wideevents.log.LogThrottle;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.event.KeyValuePair;

/**
 * Forwards the log lines of the HTTP server's libraries, at most one per logger and level in ten
 * seconds, cut to a maximum length. These libraries log a line for a malformed request, with the
 * text that the client sent. Without a limit, a client without a key could fill the disk.
 */
final class LibraryLines extends AppenderBase<ILoggingEvent> {
  static final int MAX_LENGTH = 300;
  private static final int MAX_CAUSES = 10;
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  /** The loggers whose lines a client can cause. */
  static final List<String> LOGGERS = List.of("org.eclipse.jetty", "io.javalin");

  private final LoggerContext loggerContext;
  private final Appender<ILoggingEvent> next;
  private final Map<String, LogThrottle> throttles = new ConcurrentHashMap<>();

  /**
   * @param next started; closed by its owner
   */
  LibraryLines(LoggerContext context, Appender<ILoggingEvent> next) {
    this.loggerContext = context;
    this.next = next;
    setContext(context);
  }

  @Override
  protected void append(ILoggingEvent event) {
    LogThrottle throttle =
        throttles.computeIfAbsent(
            event.getLevel() + event.getLoggerName(), name -> new LogThrottle(INTERVAL));
    OptionalLong heldBack = throttle.tryShow();
    if (heldBack.isPresent()) {
      next.doAppend(shortened(event, heldBack.getAsLong()));
    }
  }

  private ILoggingEvent shortened(ILoggingEvent event, long heldBack) {
    LoggingEvent line = new LoggingEvent();
    line.setLoggerContext(loggerContext);
    line.setLoggerName(event.getLoggerName());
    line.setLevel(event.getLevel());
    line.setThreadName(event.getThreadName());
    line.setInstant(event.getInstant());
    line.setMDCPropertyMap(event.getMDCPropertyMap());
    line.setMessage(cut(event.getFormattedMessage()));
    if (event.getThrowableProxy() instanceof ThrowableProxy thrown) {
      if (isShort(thrown)) {
        line.setThrowableProxy(thrown);
      } else {
        line.addKeyValuePair(new KeyValuePair("error", cut(thrown.getThrowable().toString())));
      }
    }
    if (heldBack > 0) {
      line.addKeyValuePair(new KeyValuePair("notShown", heldBack));
    }
    return line;
  }

  /**
   * Whether the messages that a stack trace repeats are short; they may contain a client's text.
   */
  private static boolean isShort(ThrowableProxy thrown) {
    int depth = 0;
    for (Throwable cause = thrown.getThrowable(); cause != null; cause = cause.getCause()) {
      String message = cause.getMessage();
      if ((message != null && message.length() > MAX_LENGTH) || ++depth > MAX_CAUSES) {
        return false;
      }
    }
    return true;
  }

  private static String cut(String text) {
    return text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "…";
  }
}
