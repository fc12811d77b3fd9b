package io.wideevents.samplespring;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** The lines of a class's logger, with the MDC of their thread. */
final class LogLines extends ListAppender<ILoggingEvent> implements AutoCloseable {
  private final Logger logger;

  LogLines(Class<?> of) {
    logger = (Logger) LoggerFactory.getLogger(of);
    logger.setLevel(Level.INFO);
    start();
    logger.addAppender(this);
  }

  @Override
  protected void append(ILoggingEvent event) {
    event.prepareForDeferredProcessing();
    super.append(event);
  }

  List<String> requestIds() {
    return list.stream().map(line -> line.getMDCPropertyMap().get("requestId")).toList();
  }

  @Override
  public void close() {
    logger.detachAppender(this);
  }
}
