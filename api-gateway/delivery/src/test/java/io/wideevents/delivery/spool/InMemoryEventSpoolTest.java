package io.wideevents.delivery.spool;

class InMemoryEventSpoolTest extends EventSpoolContract {
  private final InMemoryEventSpool spool = new InMemoryEventSpool(1 << 20);

  @Override
  protected EventSpool spool() {
    return spool;
  }
}
