package io.wideevents.mongo;

import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import io.wideevents.stack.RestartableMongoServer;
import io.wideevents.stack.TestStack;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import reactor.core.publisher.Mono;

/** A {@code mongod} of a test's own that fails on demand, in ways a real one does. */
public final class FaultyMongod implements AutoCloseable {
  private final RestartableMongoServer process;
  private final MongoClient admin;
  private boolean paused;
  private boolean writesBlocked;

  private FaultyMongod(RestartableMongoServer process) {
    this.process = process;
    this.admin = MongoClients.create(process.uri());
  }

  /** Starts one; empty when this machine has no {@code mongod}. */
  public static Optional<FaultyMongod> start() {
    return TestStack.startOwnMongo().map(FaultyMongod::new);
  }

  public String uri() {
    return process.uri();
  }

  public RestartableMongoServer process() {
    return process;
  }

  /** From now on these commands fail with an error of the whole command. */
  public void fail(int errorCode, String... commands) {
    failPoint(
        new BsonString("alwaysOn"), data(commands).append("errorCode", new BsonInt32(errorCode)));
  }

  /** These commands fail once with an error of the whole command. */
  public void failOnce(int errorCode, String... commands) {
    failPoint(
        new BsonDocument("times", new BsonInt32(1)),
        data(commands).append("errorCode", new BsonInt32(errorCode)));
  }

  /** From now on the server drops the connection instead of running these commands. */
  public void hangUp(String... commands) {
    failPoint(
        new BsonString("alwaysOn"), data(commands).append("closeConnection", BsonBoolean.TRUE));
  }

  /** From now on these commands are run, but no majority acknowledges them. */
  public void failWriteConcern(int errorCode, String... commands) {
    failPoint(
        new BsonString("alwaysOn"),
        data(commands)
            .append(
                "writeConcernError",
                new BsonDocument("code", new BsonInt32(errorCode))
                    .append("errmsg", new BsonString("no majority in time"))));
  }

  /** From now on these commands fail with an error of the whole command, after this time. */
  public void failSlowly(Duration time, int errorCode, String... commands) {
    failPoint(
        new BsonString("alwaysOn"),
        data(commands)
            .append("errorCode", new BsonInt32(errorCode))
            .append("blockConnection", BsonBoolean.TRUE)
            .append("blockTimeMS", new BsonInt32((int) time.toMillis())));
  }

  /** From now on the server takes no writes of users, until {@link #heal}. */
  public void blockWrites() {
    writesBlocked = true;
    blockWrites(true);
  }

  /** Freezes the server: it takes what is sent and never answers. */
  public void pause() {
    paused = true;
    process.pause();
  }

  /** Ends every fault. */
  public void heal() {
    if (paused) {
      paused = false;
      process.resume();
    }
    failPoint(new BsonString("off"), new BsonDocument());
    if (writesBlocked) {
      writesBlocked = false;
      blockWrites(false);
    }
  }

  /** Ends every fault and the server. */
  @Override
  public void close() {
    heal();
    admin.close();
    process.close();
  }

  private void blockWrites(boolean blocked) {
    BsonDocument command =
        new BsonDocument("setUserWriteBlockMode", new BsonInt32(1))
            .append("global", BsonBoolean.valueOf(blocked));
    Mono.from(admin.getDatabase("admin").runCommand(command)).block();
  }

  private static BsonDocument data(String... commands) {
    return new BsonDocument(
        "failCommands", new BsonArray(List.of(commands).stream().map(BsonString::new).toList()));
  }

  private void failPoint(BsonValue mode, BsonDocument data) {
    BsonDocument command =
        new BsonDocument("configureFailPoint", new BsonString("failCommand"))
            .append("mode", mode)
            .append("data", data);
    Mono.from(admin.getDatabase("admin").runCommand(command)).block();
  }
}
