package io.wideevents.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The logging of a host that throws an Error for every line of a logger and those below it, from
 * construction until it is closed.
 */
public final class ThrowingLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private final Logger logger;
  private final @Nullable Level levelBefore;

  /** For every line of this project. */
  public ThrowingLog() {
    this("io.wideevents");
  }

  public ThrowingLog(String logger) {
    this.logger = (Logger) LoggerFactory.getLogger(logger);
    setContext(this.logger.getLoggerContext());
    start();
    levelBefore = this.logger.getLevel();
    this.logger.setLevel(Level.DEBUG);
    this.logger.addAppender(this);
  }

  @Override
  public void doAppend(ILoggingEvent event) {
    throw new NoClassDefFoundError("the host's appender lacks a class");
  }

  @Override
  protected void append(ILoggingEvent event) {}

  @Override
  public void close() {
    logger.detachAppender(this);
    logger.setLevel(levelBefore);
    stop();
  }
}
