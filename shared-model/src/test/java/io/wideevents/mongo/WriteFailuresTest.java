package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoCredential;
import com.mongodb.MongoSecurityException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.MongoWriteConcernException;
import com.mongodb.ServerAddress;
import com.mongodb.bulk.WriteConcernError;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.bson.BsonDocument;
import org.bson.BsonSerializationException;
import org.junit.jupiter.api.Test;

class WriteFailuresTest {
  private static final ServerAddress SERVER = new ServerAddress();

  @Test
  void commandFailure_hasCodeAndWordsWithoutContent() {
    Throwable failure = command("{code: 22, codeName: 'InvalidBSON', errmsg: 'bad: \"secret\"'}");

    assertThat(WriteFailures.code(failure)).hasValue(22);
    assertThat(WriteFailures.text(failure)).isEqualTo("server error 22 (InvalidBSON): bad");
    assertThat(WriteFailures.isThrottled(failure)).isFalse();
  }

  @Test
  void throttling_isRecognisedInEveryForm() {
    Throwable command = command("{code: 16500, errmsg: 'Request rate is large'}");
    Throwable labelled =
        command("{code: 424242, errmsg: 'busy', errorLabels: ['SystemOverloadedError']}");
    Throwable writeConcern =
        new MongoWriteConcernException(
            new WriteConcernError(16500, "", "too many", new BsonDocument()),
            null,
            SERVER,
            Set.of());

    assertThat(WriteFailures.isThrottled(command)).isTrue();
    assertThat(WriteFailures.isThrottled(new CompletionException(command))).isTrue();
    assertThat(WriteFailures.isThrottled(labelled)).isTrue();
    assertThat(WriteFailures.isThrottled(writeConcern)).isTrue();
    assertThat(WriteFailures.isThrottled(new DocumentWriteException(462, "slow down"))).isTrue();
  }

  @Test
  void unreachableServer_hasNoCodeAndAShortText() {
    Throwable failure =
        new MongoTimeoutException(
            "Timed out while waiting for a server that matches WritableServerSelector. Client view of cluster state is {type=UNKNOWN}");

    assertThat(WriteFailures.code(failure)).isEmpty();
    assertThat(WriteFailures.isThrottled(failure)).isFalse();
    assertThat(WriteFailures.text(failure))
        .isEqualTo(
            "no server answers; check that mongod runs there, and host and port in MONGODB_URI");
  }

  @Test
  void failedLogin_namesTheServersReasonAndNoUser() {
    MongoCredential user = MongoCredential.createCredential("joe", "admin", "pw".toCharArray());
    Throwable failure =
        new MongoSecurityException(
            user,
            "Exception authenticating " + user,
            command("{code: 18, codeName: 'AuthenticationFailed', errmsg: 'no'}"));

    assertThat(WriteFailures.code(failure)).hasValue(18);
    assertThat(WriteFailures.text(failure)).isEqualTo("server error 18 (AuthenticationFailed): no");
  }

  @Test
  void otherFailures_quoteNoDocument() {
    assertThat(WriteFailures.text(new BsonSerializationException("name secret is not valid")))
        .isEqualTo("BsonSerializationException");
    assertThat(WriteFailures.text(new TimeoutException("too late"))).isEqualTo("too late");
    assertThat(WriteFailures.text(new DocumentWriteException(371, "User writes blocked")))
        .isEqualTo("Document not written: server error 371: User writes blocked");
  }

  private static MongoCommandException command(String reply) {
    return new MongoCommandException(BsonDocument.parse(reply), SERVER);
  }
}
