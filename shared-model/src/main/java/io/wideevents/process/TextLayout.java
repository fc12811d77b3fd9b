package io.wideevents.process;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.slf4j.event.KeyValuePair;

/**
 * One line for people: {@code 2026-11-22T12:00:00.123Z INFO [KafkaClient] message key=value},
 * followed by the stack trace if there is one.
 *
 * <p>Control characters are escaped, because a message may contain a client's text, which must not
 * forge a log line or control the terminal.
 */
final class TextLayout extends LayoutBase<ILoggingEvent> {
  private static final int FIRST_INDENT = ThrowableProxyUtil.REGULAR_EXCEPTION_INDENT;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(160);
    TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), line);
    line.append(' ').append(event.getLevel());
    line.repeat(' ', 6 - event.getLevel().toString().length());
    line.append('[').append(simpleName(event.getLoggerName())).append("] ");
    appendEscaped(line, event.getFormattedMessage());
    if (event.getKeyValuePairs() != null) {
      for (KeyValuePair pair : event.getKeyValuePairs()) {
        line.append(' ').append(pair.key).append('=');
        appendValue(line, String.valueOf(pair.value));
      }
    }
    line.append(System.lineSeparator());
    if (event.getThrowableProxy() != null) {
      appendThrown(line, "", FIRST_INDENT, event.getThrowableProxy());
    }
    return line.toString();
  }

  /** As Logback writes it, with each message escaped to one line. */
  private static void appendThrown(
      StringBuilder line, String prefix, int indent, IThrowableProxy thrown) {
    String label = prefix;
    for (IThrowableProxy each = thrown; each != null; each = each.getCause()) {
      ThrowableProxyUtil.indent(line, indent - 1);
      StringBuilder first = new StringBuilder();
      ThrowableProxyUtil.subjoinExceptionMessage(first, each);
      line.append(label);
      appendEscaped(line, first.toString());
      line.append(System.lineSeparator());
      ThrowableProxyUtil.subjoinSTEPArray(line, indent, each);
      for (IThrowableProxy suppressed : each.getSuppressed()) {
        appendThrown(line, "Suppressed: ", indent + 1, suppressed);
      }
      label = "Caused by: ";
    }
  }

  private static String simpleName(String logger) {
    return logger.substring(logger.lastIndexOf('.') + 1);
  }

  /** Quotes a value that would otherwise be ambiguous. */
  private static void appendValue(StringBuilder line, String value) {
    if (value.isEmpty() || value.indexOf(' ') >= 0 || value.indexOf('"') >= 0) {
      line.append('"');
      appendEscaped(line, value.replace("\"", "\\\""));
      line.append('"');
    } else {
      appendEscaped(line, value);
    }
  }

  private static void appendEscaped(StringBuilder line, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isISOControl(c)) {
        line.append(c);
      } else if (c == '\n') {
        line.append("\\n");
      } else if (c == '\t') {
        line.append("\\t");
      } else {
        line.append("\\u%04x".formatted((int) c));
      }
    }
  }
}
