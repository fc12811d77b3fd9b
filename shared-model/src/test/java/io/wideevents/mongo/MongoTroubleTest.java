package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoConfigurationException;
import com.mongodb.MongoCredential;
import com.mongodb.MongoOperationTimeoutException;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoSocketReadException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.ServerAddress;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The driver's texts are from runs of driver 5.8.0 against mongod 6.0.5. */
class MongoTroubleTest {
  private static final String SELECTION =
      "Timed out while waiting for a server that matches"
          + " ReadPreferenceServerSelector{readPreference=primary}. Client view of cluster state is ";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{type=UNKNOWN, servers=[{address=a:1, type=UNKNOWN, state=CONNECTING, exception={com.mongodb.MongoSocketOpenException: Exception opening socket}, caused by {java.net.ConnectException: Connection refused}}] | a:1 connection refused",
        "{type=UNKNOWN, servers=[{address=no.invalid:1, type=UNKNOWN, state=CONNECTING, exception={com.mongodb.MongoSocketException: no.invalid}, caused by {java.net.UnknownHostException: no.invalid}}] | no.invalid does not resolve",
        "{type=UNKNOWN, servers=[{address=no.invalid:1, type=UNKNOWN, state=CONNECTING, exception={com.mongodb.MongoSocketException: no.invalid: Name or service not known}, caused by {java.net.UnknownHostException: no.invalid: Name or service not known}}] | no.invalid does not resolve",
        "{type=UNKNOWN, srvResolutionException=com.mongodb.MongoConfigurationException: Failed looking up SRV record for '_mongodb._tcp.unknown.invalid'., servers=[] | no SRV record _mongodb._tcp.unknown.invalid",
        "{type=REPLICA_SET, servers=[{address=a:1, type=UNKNOWN, state=CONNECTING, exception={com.mongodb.MongoSocketWriteException: Exception sending message}, caused by {java.nio.channels.ClosedChannelException}}] | speak no TLS",
        "{type=UNKNOWN, servers=[{address=a:1, type=UNKNOWN, state=CONNECTING, exception={com.mongodb.MongoSocketReadException: Prematurely reached end of stream}}] | add tls=true",
        "{type=UNKNOWN, servers=[{address=a:1, type=UNKNOWN, state=CONNECTING, exception={com.mongodb.MongoSocketWriteException: Exception sending message}, caused by {javax.net.ssl.SSLHandshakeException: (certificate_unknown) PKIX path building failed: x}, caused by {sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target}}] | MONGODB_TLS_CA_FILE",
        "{type=UNKNOWN, servers=[{address=a:1, type=UNKNOWN, state=CONNECTING, exception={com.mongodb.MongoSocketWriteException: Exception sending message}, caused by {javax.net.ssl.SSLHandshakeException: No subject alternative names matching IP address 127.0.0.1 found}}] | another host name",
        "{type=UNKNOWN, servers=[{address=a:1, type=UNKNOWN, roundTripTime=3.7 ms, state=CONNECTED, exception={com.mongodb.MongoConfigurationException: Replica set name 'rs0' does not match required replica set name of 'wrong'}}] | is a member of replica set 'rs0', and MONGODB_URI asks for 'wrong'",
        "{type=REPLICA_SET, servers=[] | the replica set that MONGODB_URI names",
        "{type=REPLICA_SET, servers=[{address=a:1, type=UNKNOWN, state=CONNECTING}] | the replica set that MONGODB_URI names",
        "{type=UNKNOWN, servers=[{address=a:1, type=UNKNOWN, state=CONNECTING}] | no server answers: a:1 has not answered yet",
        "{type=UNKNOWN, servers=[{address=a:1, type=UNKNOWN, state=CONNECTING, exception={com.mongodb.MongoInternalException: The reply message length 1347703880 is greater than the maximum message length 33554432}}] | is not MongoDB",
        "{type=REPLICA_SET, servers=[{address=a:1, type=REPLICA_SET_GHOST, roundTripTime=72.2 ms, state=CONNECTED}] | rs.initiate()",
        "{type=REPLICA_SET, servers=[{address=a:1, type=REPLICA_SET_SECONDARY, roundTripTime=72.2 ms, state=CONNECTED}] | a:1 is a secondary; look at rs.status()",
        "{type=REPLICA_SET, servers=[{address=a:1, type=REPLICA_SET_SECONDARY, roundTripTime=72.2 ms, state=CONNECTED}, {address=b:1, type=UNKNOWN, state=CONNECTING, exception={com.mongodb.MongoSocketOpenException: Exception opening socket}, caused by {java.net.ConnectException: Connection refused}}] | no primary: a:1 is a secondary, b:1 connection refused"
      })
  void explain_readsTheCauseInTheViewOfTheCluster(String view, String expected) {
    assertThat(MongoTrouble.explain(new MongoOperationTimeoutException(SELECTION + view)))
        .contains(expected)
        .doesNotContain("Timed out", "ReadPreference", "exception=");
    assertThat(MongoTrouble.explain(new MongoTimeoutException(SELECTION + view)))
        .contains(expected);
  }

  @Test
  void explain_tellsWrongCredentialsWithoutShowingThem() {
    String text =
        MongoTrouble.explain(
            new MongoSecurityException(
                MongoCredential.createCredential("ada", "admin", "geheim".toCharArray()),
                "Exception authenticating MongoCredential{userName='ada'}",
                refusal(18, "AuthenticationFailed", "Authentication failed.")));

    assertThat(text)
        .contains("rejected the credentials (error 18 AuthenticationFailed)", "authSource")
        .doesNotContain("ada", "geheim");
  }

  @ParameterizedTest
  @CsvSource({
    "13, grant",
    "8000, grant",
    "10107, not a writable primary",
    "13435, not a writable primary",
    "13436, not a writable primary",
    "371, setUserWriteBlockMode",
    "166, is a view",
    "14031, disk",
    "50, MONGODB_TIMEOUT",
    "4711, MongoDB answered with an error (error 4711 Name)"
  })
  void explain_tellsTheServersCodeAndWhatToDo(int code, String expected) {
    String quoting =
        "not authorized on db to execute command { insert: \"e\", documents: [ 4242 ] }";

    assertThat(MongoTrouble.explain(new CompletionException(refusal(code, "Name", quoting))))
        .contains(expected, String.valueOf(code))
        .doesNotContain("4242", "{");
  }

  @Test
  void explain_findsTheServersAnswerBehindATimeout() {
    assertThat(
            MongoTrouble.explain(
                new MongoOperationTimeoutException(
                    "Retry attempt exceeded the timeout limit.",
                    refusal(13436, "NotPrimaryOrSecondary", "node is not in primary"))))
        .contains("not a writable primary (error 13436 NotPrimaryOrSecondary)");
  }

  @Test
  void explain_tellsATimeoutOfAnOperation() {
    assertThat(MongoTrouble.explain(new TimeoutException())).contains("no answer within");
    assertThat(MongoTrouble.explain(new MongoOperationTimeoutException("Operation exceeded")))
        .contains("no answer within");
  }

  @Test
  void explain_tellsABrokenConnectionAndAnSrvNameThatDoesNotResolve() {
    assertThat(
            MongoTrouble.explain(
                new MongoSocketReadException(
                    "Prematurely reached end of stream", new ServerAddress("a"))))
        .contains("closed the connection");
    assertThat(
            MongoTrouble.explain(
                new MongoConfigurationException(
                    "Failed looking up SRV record for '_mongodb._tcp.x.invalid'.")))
        .contains("no SRV record _mongodb._tcp.x.invalid");
  }

  @Test
  void explain_neverQuotesAConnectionString() {
    assertThat(
            MongoTrouble.explain(
                new IllegalArgumentException("The connection string 'mongodb+srv://u:geheim@@h'")))
        .contains("percent-encoded")
        .doesNotContain("geheim");
  }

  @Test
  void explain_namesWhatItDoesNotKnow() {
    assertThat(MongoTrouble.explain(new IllegalStateException("The connection is closed")))
        .contains("IllegalStateException: The connection is closed");
    assertThat(MongoTrouble.explain(new NullPointerException())).contains("NullPointerException");
  }

  private static MongoCommandException refusal(int code, String name, String text) {
    return new MongoCommandException(
        new BsonDocument()
            .append("ok", new BsonInt32(0))
            .append("code", new BsonInt32(code))
            .append("codeName", new BsonString(name))
            .append("errmsg", new BsonString(text)),
        new ServerAddress("a"));
  }
}
