package io.wideevents.kafka;

import io.wideevents.event.DeadLetterPart;
import io.wideevents.log.LogThrottle;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Counts and logs dead letters that lack a part of the original record. Safe for concurrent use;
 * does not block.
 */
public final class DeadLetterCuts {
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private final Logger logger;
  private final String topic;
  private final Consumer<DeadLetterPart> counter;
  private final LogThrottle stubs = new LogThrottle(INTERVAL);
  private final LogThrottle errors = new LogThrottle(INTERVAL);

  /**
   * @param topic the dead-letter topic
   * @param counter counts each part that a dead letter lacks
   */
  public DeadLetterCuts(Logger logger, String topic, Consumer<DeadLetterPart> counter) {
    this.logger = logger;
    this.topic = topic;
    this.counter = counter;
  }

  /**
   * Records an acknowledged dead letter; does nothing if it lacks no part.
   *
   * @param source the original record
   */
  public void kept(DeadLetterSource source, DeadLetterRecord kept) {
    Set<DeadLetterPart> parts = kept.cut();
    if (parts.isEmpty()) {
      return;
    }
    long recordBytes = DeadLetterRecord.of(source, topic, DeadLetterRecord.Size.WHOLE).bytes();
    parts.forEach(counter);
    boolean onlyText = parts.equals(Set.of(DeadLetterPart.ERROR));
    (onlyText ? errors : stubs)
        .tryShow()
        .ifPresent(
            notShown -> {
              LoggingEventBuilder line = onlyText ? logger.atInfo() : logger.atWarn();
              for (Map.Entry<String, Object> each : source.origin().members().entrySet()) {
                line = line.addKeyValue(each.getKey(), each.getValue());
              }
              line =
                  line.addKeyValue("cut", DeadLetterPart.labels(parts))
                      .addKeyValue("recordBytes", recordBytes)
                      .addKeyValue("keptBytes", kept.bytes())
                      .addKeyValue("deadLetterTopic", topic)
                      .addKeyValue("notShown", notShown);
              if (onlyText) {
                line.log("The error text of a dead letter was cut");
              } else {
                line.addKeyValue(
                        "fix",
                        "raise max.message.bytes of %s above %d; at a topic and offset named here, the original stays until the topic's retention ends"
                            .formatted(topic, recordBytes))
                    .log(
                        "A record is too large for the dead-letter topic; only a stub was kept,"
                            + " which cannot be replayed");
              }
            });
  }
}
