package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.mongo.LayoutOutcome.Examined;
import io.wideevents.stack.MongoServer;
import io.wideevents.stack.MongodSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The layout on the in-memory stand-in for MongoDB, which knows most of it. */
class EventCollectionStandInTest {
  private static MongoServer server;

  @BeforeAll
  static void start() {
    server = MongoServer.start(Map.of(), MongodSettings.DEFAULT);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void ensure_createsTheIndexesOnce() {
    Examined first = ensure("once", Duration.ofDays(30));
    Examined second = ensure("once", Duration.ofDays(30));

    assertThat(first.changes()).hasSize(5);
    assertThat(second).isEqualTo(Examined.nothing());
  }

  @Test
  void ensure_saysThatItCannotChangeTheRetention() {
    ensure("retention", Duration.ofDays(7));

    Examined examined = ensure("retention", Duration.ofDays(30));

    assertThat(examined.changes()).isEmpty();
    assertThat(examined.differences())
        .extracting(LayoutDifference::kind)
        .isEqualTo(
            List.of(LayoutDifference.Kind.CHANGE_REFUSED, LayoutDifference.Kind.RETENTION_DIFFERS));
  }

  @Test
  void serverTime_isEmptyWhereNoCommandTellsIt() {
    try (MongoConnection connection = connect("time", Duration.ofDays(30))) {
      assertThat(connection.serverTime().orTimeout(60, TimeUnit.SECONDS).join()).isEmpty();
    }
  }

  private static MongoConnection connect(String database, Duration retention) {
    Duration timeout = Duration.ofSeconds(30);
    return new MongoConnection(
        new MongoSettings(
            server.uri(), database, "wide_events", timeout, timeout, 4, retention, false),
        "test");
  }

  private static Examined ensure(String database, Duration retention) {
    try (MongoConnection connection = connect(database, retention)) {
      return (Examined)
          new EventCollection(connection).ensure().orTimeout(60, TimeUnit.SECONDS).join();
    }
  }
}
