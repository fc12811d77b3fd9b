package io.wideevents.testing;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The lines of a logger at INFO or above, from construction until it is closed. Safe for concurrent
 * use.
 */
public final class LogCapture extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private final List<ILoggingEvent> events = new ArrayList<>();
  private final Logger logger;
  private final @Nullable Level levelBefore;

  public LogCapture(Class<?> logger) {
    this.logger = (Logger) LoggerFactory.getLogger(logger);
    setContext(this.logger.getLoggerContext());
    start();
    levelBefore = this.logger.getLevel();
    // Whatever the tests' own log shows.
    this.logger.setLevel(Level.INFO);
    this.logger.addAppender(this);
  }

  @Override
  protected synchronized void append(ILoggingEvent event) {
    events.add(event);
  }

  /** Everything so far, in order. */
  public synchronized List<ILoggingEvent> events() {
    return List.copyOf(events);
  }

  /** Those of one level, in order. */
  public List<ILoggingEvent> events(Level level) {
    return events().stream().filter(event -> event.getLevel().equals(level)).toList();
  }

  /**
   * Those that one thread logged, in order. A logger belongs to all tests of the JVM. Objects of
   * earlier tests may still log on other threads, such as a {@code RejectionLog} ten seconds after
   * its first line.
   */
  public List<ILoggingEvent> eventsOf(String thread) {
    return events().stream().filter(event -> event.getThreadName().equals(thread)).toList();
  }

  @Override
  public void close() {
    logger.detachAppender(this);
    logger.setLevel(levelBefore);
    stop();
  }
}
