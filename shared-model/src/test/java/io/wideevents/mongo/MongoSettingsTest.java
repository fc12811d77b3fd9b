package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MongoSettingsTest {

  @ParameterizedTest
  @CsvSource({
    "mongodb://localhost, localhost",
    "'mongodb://a:1,b:2/?replicaSet=rs0', 'a:1,b:2'",
    "mongodb://user:s3cret@host:27017/admin, host:27017",
    "mongodb+srv://user:s3cret@cluster.example.net/?tls=true, cluster.example.net",
    "mongodb+srv://user:s3/cr?et@cluster.example.net, cluster.example.net",
  })
  void servers_leavesOutCredentialsAndOptions(String uri, String servers) {
    MongoSettings settings = MongoSettings.at(uri);

    assertThat(settings.servers()).isEqualTo(servers);
    assertThat(settings.toString()).contains(servers).doesNotContain("s3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost:27017",
        "http://localhost",
        "mongodb://",
        "mongodb+srv://",
        "mongodb://host:99999",
        "mongodb://host/?readPreference=sometimes"
      })
  void new_refusesWhatIsNoConnectionString(String uri) {
    assertThatThrownBy(() -> MongoSettings.at(uri))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("for example mongodb://localhost:27017");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mongodb://user:s3cr@et@host",
        "mongodb://user:s3cret@host:99999",
        "mongodb://user:s3cr/et@host",
        "user:s3cret@host"
      })
  void new_quotesNothingThatMayBeAPassword(String uri) {
    assertThatThrownBy(() -> MongoSettings.at(uri))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("s3cr")
        .hasNoCause();
  }

  @Test
  void new_refusesATtlThatMongoDbCannotCount() {
    assertThatThrownBy(() -> withRetention(Duration.ofMillis(999)))
        .hasMessageContaining("retention=PT0.999S");
    assertThatThrownBy(() -> withRetention(Duration.ofDays(365 * 100)))
        .hasMessageContaining("retention");
    assertThat(withRetention(Duration.ofDays(365)).retention()).isEqualTo(Duration.ofDays(365));
  }

  @Test
  void new_refusesToSelectLongerThanTheWhole() {
    assertThatThrownBy(
            () ->
                new MongoSettings(
                    "mongodb://localhost",
                    "db",
                    "events",
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(2),
                    1,
                    MongoSettings.DEFAULT_RETENTION,
                    false))
        .hasMessageContaining("serverSelectionTimeout=PT2S is longer than timeout=PT1S");
  }

  private static MongoSettings withRetention(Duration retention) {
    return new MongoSettings(
        "mongodb://localhost",
        "db",
        "events",
        MongoSettings.DEFAULT_TIMEOUT,
        MongoSettings.DEFAULT_SERVER_SELECTION_TIMEOUT,
        MongoSettings.DEFAULT_MAX_CONNECTIONS,
        retention,
        false);
  }
}
