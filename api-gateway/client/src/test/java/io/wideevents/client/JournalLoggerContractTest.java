package io.wideevents.client;

import static org.awaitility.Awaitility.await;

import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.LoggerPortContract;
import io.wideevents.event.EventId;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The journal with a gateway behind it. Its backend is the disk, which a full journal replaces. */
class JournalLoggerContractTest extends LoggerPortContract {
  @TempDir private Path directory;
  private final FakeGateway gateway = new FakeGateway();
  private final GatewaySender sender = new GatewaySender(gateway.settings(), new ClientCounters());
  private JournalSender journal;
  private JournalLogger logger;

  @BeforeEach
  void open() {
    journal =
        new JournalSender(Journal.open(new JournalSettings(directory, 1 << 20, 1 << 16)), sender);
    journal.start();
    logger = new JournalLogger(journal, JournalLogger.WhenFull.WAIT);
  }

  @AfterEach
  void close() {
    sender.close();
    logger.close();
    gateway.close();
  }

  @Override
  protected LoggerPort logger() {
    return logger;
  }

  @Override
  protected boolean isDurable(EventId id) {
    await().until(() -> gateway.stored().containsKey(id.toString()));
    return true;
  }

  @Override
  protected void goDown() {
    journal.close();
  }

  @Override
  protected void fallSilent() {
    journal.close();
  }
}
