package io.wideevents.mongo;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoCommandException;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.connection.ServerDescription;
import com.mongodb.event.ServerDescriptionChangedEvent;
import com.mongodb.event.ServerListener;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import com.mongodb.reactivestreams.client.MongoCollection;
import com.mongodb.reactivestreams.client.MongoDatabase;
import io.wideevents.log.LogThrottle;
import io.wideevents.time.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.RawBsonDocument;
import org.bson.UuidRepresentation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * The one connection of a process to MongoDB. Lazy: the client is built on first use, so a process
 * starts without the server; a client that cannot be built (an SRV name that does not resolve yet)
 * is tried again with growing pauses. Once built, the driver itself finds the server again after
 * any outage.
 *
 * <p>Every operation is bounded by {@link MongoSettings#timeout}, reads from the primary, and is
 * acknowledged by a majority, journalled.
 *
 * <p>Safe for concurrent use. Owned, and closed, by the process's composition.
 */
public final class MongoConnection implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(MongoConnection.class);
  private static final Duration WARNING_INTERVAL = Duration.ofSeconds(10);

  // The driver's 10 s would leave a server that is back unused for as long.
  private static final Duration HEARTBEAT = Duration.ofSeconds(2);
  private static final Duration MAX_CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration CLOSE_BOUND = Duration.ofMillis(500);
  private static final int COMMAND_NOT_FOUND = 59;

  private final MongoSettings settings;
  private final Supplier<MongoClient> clients;
  private final LogThrottle warnings = new LogThrottle(WARNING_INTERVAL);
  private final Backoff backoff = Backoff.standard();

  private @Nullable CompletableFuture<MongoClient> client;
  private int failures;
  private long nextAttemptNanos = System.nanoTime();
  private boolean closed;
  private volatile @Nullable MongoTrouble membership;

  /**
   * Connects to nothing yet.
   *
   * @param applicationName what the server's logs and {@code currentOp} call this process
   */
  public MongoConnection(MongoSettings settings, String applicationName) {
    this.settings = settings;
    this.clients = () -> MongoClients.create(clientSettings(applicationName));
  }

  /** For tests of clients that cannot be built. */
  MongoConnection(MongoSettings settings, Supplier<MongoClient> clients) {
    this.settings = settings;
    this.clients = clients;
  }

  public MongoSettings settings() {
    return settings;
  }

  /**
   * The database of the settings; does not block. Completes exceptionally while no client can be
   * built, and after {@link #close}.
   */
  public CompletableFuture<MongoDatabase> database() {
    return client()
        .thenApply(
            built ->
                built
                    .getDatabase(settings.database())
                    .withWriteConcern(WriteConcern.MAJORITY.withJournal(true))
                    .withReadPreference(ReadPreference.primary()));
  }

  /** The events' collection; otherwise as {@link #database}. */
  public CompletableFuture<MongoCollection<RawBsonDocument>> collection() {
    return database()
        .thenApply(
            database -> database.getCollection(settings.collection(), RawBsonDocument.class));
  }

  /**
   * Asks whether an operation would succeed; does not block. Completes within the client timeout:
   * normally when the primary answers, else exceptionally with the reason.
   */
  public CompletableFuture<Void> ping() {
    BsonDocument command = new BsonDocument("ping", new BsonInt32(1));
    return database()
        .thenCompose(
            database -> Mono.from(database.runCommand(command, BsonDocument.class)).toFuture())
        .thenAccept(reply -> {});
  }

  /**
   * Asks the server for its clock; does not block. Completes as {@link #ping} does, and empty when
   * the server does not tell: {@code hello} is known from MongoDB 4.4.2 on.
   */
  public CompletableFuture<Optional<Instant>> serverTime() {
    return admin(new BsonDocument("hello", new BsonInt32(1)))
        .thenApply(
            reply ->
                reply.isDateTime("localTime")
                    ? Optional.of(Instant.ofEpochMilli(reply.getDateTime("localTime").getValue()))
                    : Optional.empty());
  }

  /**
   * Asks whether the server takes writes, which a secondary that is addressed directly does not;
   * does not block. Completes as {@link #ping} does; true when the server does not tell.
   */
  public CompletableFuture<Boolean> isWritable() {
    return admin(new BsonDocument("hello", new BsonInt32(1)))
        .thenApply(reply -> reply.getBoolean("isWritablePrimary", BsonBoolean.TRUE).getValue());
  }

  /**
   * Asks which rights the user of this connection lacks for storing events; does not block.
   * Completes as {@link #ping} does; empty when none, and when the server does not tell.
   */
  public CompletableFuture<List<String>> missingRights() {
    return admin(
            new BsonDocument("connectionStatus", new BsonInt32(1))
                .append("showPrivileges", BsonBoolean.TRUE))
        .thenApply(reply -> UserRights.missing(reply, settings.database(), settings.collection()));
  }

  /** Runs a command that not every server knows; an empty document where it is not known. */
  private CompletableFuture<BsonDocument> admin(BsonDocument command) {
    return database()
        .thenCompose(
            database ->
                Mono.from(database.runCommand(command, BsonDocument.class))
                    .onErrorReturn(MongoConnection::isUnknownCommand, new BsonDocument())
                    .toFuture());
  }

  private static boolean isUnknownCommand(Throwable failure) {
    return failure instanceof MongoCommandException refused
        && refused.getErrorCode() == COMMAND_NOT_FOUND;
  }

  /**
   * Why an operation on this connection failed, for an operator; knows more than {@link
   * MongoTrouble#explain}: the driver drops members of another replica set without a word in its
   * exceptions. Does not block.
   */
  public MongoTrouble explain(Throwable failure) {
    MongoTrouble found = membership;
    MongoTrouble told = MongoTrouble.of(failure);
    return found == null || !told.isAboutMembers() ? told : found;
  }

  /**
   * Closes the client; operations in flight fail. Idempotent. Waits at most half a second: closing
   * goes on in the background when a server that does not answer delays it.
   */
  @Override
  public void close() {
    CompletableFuture<MongoClient> last;
    synchronized (this) {
      closed = true;
      last = client;
      client = null;
    }
    if (last != null) {
      // A client that is still being built is closed as soon as it is built.
      var unused = last.thenAccept(MongoConnection::close);
    }
  }

  /**
   * The driver ends its sessions on the server when it closes, and waits for the reply for as long
   * as the client timeout. A server that is frozen does not reply, and a process that ends has to
   * close other parts after this one.
   */
  private static void close(MongoClient client) {
    Thread closing =
        Thread.ofPlatform()
            .daemon()
            .name("mongo-close")
            .start(
                () -> {
                  try {
                    client.close();
                  } catch (Throwable e) {
                    // The connection has ended: this matters only to a reader of the log.
                    logger.atDebug().setCause(e).log("MongoDB client failed to close");
                  }
                });
    try {
      closing.join(CLOSE_BOUND);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized CompletableFuture<MongoClient> client() {
    if (closed) {
      return CompletableFuture.failedFuture(
          new IllegalStateException("The connection to MongoDB is closed"));
    }
    boolean failed = client != null && client.isCompletedExceptionally();
    if (client == null || (failed && System.nanoTime() - nextAttemptNanos >= 0)) {
      client = new CompletableFuture<>();
      CompletableFuture<MongoClient> building = client;
      // A thread of its own: parsing an SRV connection string asks DNS and may block for seconds.
      try {
        Thread.ofPlatform().daemon().name("mongo-connect").start(() -> build(building));
      } catch (Error e) {
        // No more threads at present. A future that never completes would end all attempts.
        var unused = pauseAfterFailure();
        building.completeExceptionally(e);
      }
    }
    return client;
  }

  private void build(CompletableFuture<MongoClient> building) {
    try {
      building.complete(clients.get());
    } catch (Throwable e) {
      // An error too, of a missing class for instance: this future must complete, or no client is
      // built any more.
      Duration wait = pauseAfterFailure();
      building.completeExceptionally(e);
      warnings.show(
          heldBack ->
              logger
                  .atWarn()
                  .addKeyValue("servers", settings.servers())
                  .addKeyValue("retryInMs", wait.toMillis())
                  .addKeyValue("notShown", heldBack)
                  .addKeyValue("error", MongoTrouble.explain(e))
                  .log("MongoDB client could not be built; will try again"));
    }
  }

  private synchronized Duration pauseAfterFailure() {
    failures++;
    Duration wait = backoff.after(failures);
    nextAttemptNanos = System.nanoTime() + wait.toNanos();
    return wait;
  }

  /** Remembers a server that the driver leaves out because of its replica set. */
  private void note(ServerDescription server, @Nullable String wantedSet) {
    if (wantedSet != null && server.isOk()) {
      membership =
          wantedSet.equals(server.getSetName())
              ? null
              : MongoTrouble.otherReplicaSet(
                  server.getAddress().toString(), server.getSetName(), wantedSet);
    }
  }

  private MongoClientSettings clientSettings(String applicationName) {
    ConnectionString uri = new ConnectionString(settings.uri());
    long connectTimeoutMillis =
        Math.min(settings.timeout().toMillis(), MAX_CONNECT_TIMEOUT.toMillis());
    return MongoClientSettings.builder()
        .applyConnectionString(uri)
        .applicationName(applicationName)
        .uuidRepresentation(UuidRepresentation.STANDARD)
        // Without it a read waits for ever on a server that has stopped answering.
        .timeout(settings.timeout().toMillis(), TimeUnit.MILLISECONDS)
        .applyToClusterSettings(
            cluster ->
                cluster.serverSelectionTimeout(
                    settings.serverSelectionTimeout().toMillis(), TimeUnit.MILLISECONDS))
        .applyToSocketSettings(
            socket -> socket.connectTimeout(connectTimeoutMillis, TimeUnit.MILLISECONDS))
        .applyToSslSettings(
            ssl ->
                settings
                    .tlsCaFile()
                    .ifPresent(file -> ssl.enabled(true).context(TrustedAuthorities.context(file))))
        .applyToServerSettings(
            server ->
                server
                    .heartbeatFrequency(HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS)
                    .addServerListener(
                        new ServerListener() {
                          @Override
                          public void serverDescriptionChanged(
                              ServerDescriptionChangedEvent event) {
                            note(event.getNewDescription(), uri.getRequiredReplicaSetName());
                          }
                        }))
        .applyToConnectionPoolSettings(
            pool -> {
              if (uri.getMaxConnectionPoolSize() == null) {
                pool.maxSize(settings.maxConnections());
              }
            })
        .build();
  }
}
