package io.wideevents.event;

/** Where an event first became durable, strongest first. */
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

  /** The weaker of the two: an answer over many events names the weakest tier used. */
  public Tier weaker(Tier other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
