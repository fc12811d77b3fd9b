package io.wideevents.event;

/** Another event, of which a test overrides a part. */
public class ForwardingEvent implements EncodedEvent {
  private final EncodedEvent event;

  public ForwardingEvent(EncodedEvent event) {
    this.event = event;
  }

  @Override
  public EventId id() {
    return event.id();
  }

  @Override
  public String requestId() {
    return event.requestId();
  }

  @Override
  public Outcome outcome() {
    return event.outcome();
  }

  @Override
  public byte[] json(Tier tier) {
    return event.json(tier);
  }

  @Override
  public EventDocument document(Tier tier) {
    return event.document(tier);
  }

  @Override
  public int retainedBytes() {
    return event.retainedBytes();
  }
}
