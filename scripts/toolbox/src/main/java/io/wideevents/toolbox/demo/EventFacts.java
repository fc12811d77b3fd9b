package io.wideevents.toolbox.demo;

import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonNumber;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * The values of an event that the tables of the demo use.
 *
 * @param durationMillis empty if it was not measured
 */
record EventFacts(String service, String route, String outcome, Optional<Double> durationMillis) {
  /** The required fields of a stored event. */
  static final String[] FIELDS = {"service", "route", "_ingest.outcome", "performance.durationMs"};

  static EventFacts of(BsonDocument event) {
    return new EventFacts(
        text(event, "service"),
        text(event, "route"),
        text(child(event, "_ingest"), "outcome"),
        number(child(event, "performance"), "durationMs"));
  }

  private static BsonDocument child(BsonDocument parent, String name) {
    BsonValue value = parent.get(name);
    return value instanceof BsonDocument document ? document : new BsonDocument();
  }

  private static String text(BsonDocument parent, String name) {
    return parent.get(name) instanceof BsonString text ? text.getValue() : "?";
  }

  private static Optional<Double> number(BsonDocument parent, String name) {
    return parent.get(name) instanceof BsonNumber number
        ? Optional.of(number.doubleValue())
        : Optional.empty();
  }
}
