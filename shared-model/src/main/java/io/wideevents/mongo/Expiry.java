package io.wideevents.mongo;

import java.time.Duration;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/** When a listed index deletes documents. */
sealed interface Expiry {
  record Never() implements Expiry {
    @Override
    public String toString() {
      return "deletes nothing";
    }
  }

  record After(long seconds) implements Expiry {
    @Override
    public String toString() {
      return "deletes events after " + age(seconds);
    }
  }

  /** A value such as NaN. MongoDB versions differ: some delete all documents, some delete none. */
  record Unclear(String text) implements Expiry {
    @Override
    public String toString() {
      return "has expireAfterSeconds " + text + ", which not every MongoDB takes for the same";
    }
  }

  /** The expiry of an index as the server lists it. */
  static Expiry of(BsonDocument listed) {
    BsonValue value = listed.get("expireAfterSeconds");
    if (value == null) {
      return new Never();
    }
    if (value.isNumber()) {
      double seconds = value.asNumber().doubleValue();
      if (seconds >= 0 && seconds <= Integer.MAX_VALUE) {
        return new After((long) seconds);
      }
      return new Unclear(String.valueOf(seconds));
    }
    return new Unclear("of type " + value.getBsonType());
  }

  /** An age in the format of messages. */
  static String age(long seconds) {
    Duration age = Duration.ofSeconds(seconds);
    return age.equals(Duration.ofDays(age.toDays())) ? age.toDays() + " d" : seconds + " s";
  }

  /** An age in the format of settings. */
  static String setting(long seconds) {
    return age(seconds).replace(" ", "");
  }
}
