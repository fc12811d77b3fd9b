package io.wideevents.delivery.spool;

import static io.wideevents.delivery.spool.TestSpools.idsOf;
import static io.wideevents.delivery.spool.TestSpools.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.LoggerPortContract;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.time.Deadline;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class SpoolLoggerTest extends LoggerPortContract {
  @TempDir Path directory;
  private final SimulatedDisk disk = new SimulatedDisk();
  private EventSpool spool;
  private SpoolLogger logger;

  @BeforeEach
  void open() {
    spool = TestSpools.open(directory, disk);
    logger = new SpoolLogger(spool);
  }

  @AfterEach
  void close() {
    disk.goOn();
    spool.close();
  }

  @Override
  protected LoggerPort logger() {
    return logger;
  }

  @Override
  protected boolean isDurable(EventId id) {
    return idsOf(read(spool)).contains(id);
  }

  @Override
  protected void goDown() {
    disk.failSyncs(true);
  }

  @Override
  protected void fallSilent() {
    disk.hang();
  }

  @Test
  void log_saysThatTheSpoolHasTheEvent() {
    List<DeliveryOutcome> outcomes = log(StubEvent.numbered(1));

    assertThat(outcomes).containsExactly(new DeliveryOutcome.Durable(Tier.SPOOL));
  }

  @Test
  void log_toAFullSpoolIsNotConfirmedAndSaysWhy() {
    List<DeliveryOutcome> outcomes =
        log(StubEvent.of("checkout", "x".repeat(TestSpools.MAX_BYTES)));

    assertThat(outcomes.getFirst())
        .isInstanceOfSatisfying(
            DeliveryOutcome.NotConfirmed.class,
            outcome ->
                assertThat(outcome.cause())
                    .isInstanceOf(SpoolRefusedException.class)
                    .hasMessageContaining("SPOOL_MAX_BYTES"));
  }

  private List<DeliveryOutcome> log(EncodedEvent event) {
    return logger.log(List.of(event), Deadline.after(Duration.ofSeconds(30))).join();
  }
}
