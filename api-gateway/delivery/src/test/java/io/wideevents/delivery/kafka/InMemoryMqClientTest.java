package io.wideevents.delivery.kafka;

import io.wideevents.event.EventId;
import java.util.List;

class InMemoryMqClientTest extends MqClientPortContract {
  private final InMemoryMqClient client = new InMemoryMqClient();

  @Override
  protected MqClientPort client() {
    return client;
  }

  @Override
  protected List<EventId> published() {
    return client.published();
  }

  @Override
  protected void goDown() {
    client.goDown();
  }

  @Override
  protected void fallSilent() {
    client.fallSilent();
  }
}
