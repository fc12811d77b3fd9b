package io.wideevents.event;

/** Where an event first became durable, in delivery order. */
public enum Tier {
  KAFKA("kafka"),
  MONGODB("mongodb"),
  SPOOL("spool");

  private final String label;

  Tier(String label) {
    this.label = label;
  }

  /** The name on the wire, in {@code _ingest.tier}, in replies and in metrics. */
  public String label() {
    return label;
  }

  /** The later of the two in delivery order; a reply for many events names the last tier used. */
  public Tier weaker(Tier other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
