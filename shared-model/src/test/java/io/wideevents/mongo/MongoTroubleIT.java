package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.ConnectionString;
import io.wideevents.stack.TestStack;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wrong settings against a real mongod, and against addresses where there is none. */
@Execution(ExecutionMode.CONCURRENT)
class MongoTroubleIT {
  private static String server = "";

  @BeforeAll
  static void findServer() {
    assumeTrue(TestStack.mongoIsServer(), "There is only a stand-in for MongoDB");
    server = new ConnectionString(TestStack.mongo()).getHosts().getFirst();
  }

  @Test
  void explain_namesTheReplicaSetThatIsThere() {
    assertThat(explain("mongodb://" + server + "/?replicaSet=wrong"))
        .contains(server, "and MONGODB_URI asks for", "'wrong'", "set replicaSet=");
    assertThat(explain("mongodb://" + server + "/?replicaSet=wrong&directConnection=true"))
        .contains("and MONGODB_URI asks for", "'wrong'");
  }

  @Test
  void explain_tellsTlsOnAPlainServer() {
    assertThat(explain("mongodb://" + server + "/?tls=true")).contains("TLS");
  }

  @Test
  void explain_tellsWrongCredentials() {
    assertThat(explain("mongodb://ada:geheim@" + server + "/"))
        .contains("rejected the credentials")
        .doesNotContain("ada", "geheim");
  }

  @ParameterizedTest
  @CsvSource({
    "mongodb://127.0.0.1:1/, connection refused",
    "mongodb://127.0.0.1:1/?replicaSet=rs0, connection refused",
    "mongodb://unknown.invalid/, unknown.invalid does not resolve",
    "mongodb+srv://unknown.invalid/, SRV"
  })
  void explain_tellsAnAddressWhereNothingIs(String uri, String expected) {
    assertThat(explain(uri)).contains(expected, "MONGODB_URI");
  }

  private static String explain(String uri) {
    try (MongoConnection connection =
        new MongoConnection(
            MongoBatchWriterContract.settings(uri, "trouble", Duration.ofSeconds(3)), "test")) {
      LayoutOutcome outcome =
          new EventCollection(connection).check().orTimeout(60, TimeUnit.SECONDS).join();
      assertThat(outcome).isInstanceOf(LayoutOutcome.Unavailable.class);
      return connection.explain(((LayoutOutcome.Unavailable) outcome).cause()).toString();
    }
  }
}
