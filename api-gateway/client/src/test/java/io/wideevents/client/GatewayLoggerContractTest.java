package io.wideevents.client;

import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.LoggerPortContract;
import io.wideevents.event.EventId;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

class GatewayLoggerContractTest extends LoggerPortContract {
  private final FakeGateway gateway = new FakeGateway();
  private final GatewayLogger logger =
      new GatewayLogger(
          new GatewaySender(gateway.settings(), new ClientCounters()), Duration.ofMillis(500));

  @AfterEach
  void close() {
    logger.close();
    gateway.close();
  }

  @Override
  protected LoggerPort logger() {
    return logger;
  }

  @Override
  protected boolean isDurable(EventId id) {
    return gateway.stored().containsKey(id.toString());
  }

  @Override
  protected void goDown() {
    gateway.close();
  }

  @Override
  protected void fallSilent() {
    gateway.behave(posted -> new FakeGateway.Reply(-1, ""));
  }
}
