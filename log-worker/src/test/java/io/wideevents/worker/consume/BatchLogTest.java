package io.wideevents.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.wideevents.worker.batch.CompletedBatch;
import io.wideevents.worker.testing.ManualClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class BatchLogTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger(MqConsumerService.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final ManualClock clock = new ManualClock();
  private final BatchLog batchLog = new BatchLog(clock);

  @BeforeEach
  void listen() {
    logger.setLevel(Level.INFO);
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(lines);
    logger.setLevel(null);
  }

  @Test
  void completed_logsTheLineThatUsersKnow() {
    batchLog.completed(new CompletedBatch(98, 2, Duration.ofMillis(12)));

    assertThat(messages())
        .containsExactly("Processed batch: 100 events (98 success, 2 failures) in 12ms");
  }

  @Test
  void completed_showsTenASecondAndCountsTheRest() {
    for (int i = 0; i < 13; i++) {
      batchLog.completed(new CompletedBatch(100, 0, Duration.ofMillis(5)));
    }
    assertThat(messages()).hasSize(10);

    clock.advance(Duration.ofSeconds(1));
    batchLog.tick();

    assertThat(messages()).hasSize(11);
    assertThat(messages().getLast()).isEqualTo("3 more batches with 300 events are not shown");
  }

  @Test
  void tick_saysNothingWhenNothingWasHidden() {
    batchLog.completed(new CompletedBatch(100, 0, Duration.ofMillis(5)));
    clock.advance(Duration.ofSeconds(2));

    batchLog.tick();

    assertThat(messages()).hasSize(1);
  }

  private List<String> messages() {
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
