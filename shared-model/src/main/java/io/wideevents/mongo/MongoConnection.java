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
 * The connection of a process to MongoDB. The client is built on first use, so a process starts
 * without the server. A client that cannot be built (for example because an SRV name does not
 * resolve yet) is retried with backoff. After it is built, the driver itself reconnects after any
 * outage.
 *
 * <p>Every operation is limited by {@link MongoSettings#timeout}. Except for {@link
 * #queriedDatabase}, it reads from the primary, and is acknowledged by a majority and journalled.
 *
 * <p>Safe for concurrent use. Owned, and closed, by the process's composition.
 */
public final class MongoConnection implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(MongoConnection.class);
  private static final Duration WARNING_INTERVAL = Duration.ofSeconds(10);

  // With the driver's default of 10 s, a recovered server would stay unused for that time.
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
   * Does not connect yet.
   *
   * @param applicationName the name of this process in the server's logs and in {@code currentOp}
   */
  public MongoConnection(MongoSettings settings, String applicationName) {
    this.settings = settings;
    this.clients = () -> MongoClients.create(clientSettings(applicationName));
  }

  MongoConnection(MongoSettings settings, Supplier<MongoClient> clients) {
    this.settings = settings;
    this.clients = clients;
  }

  public MongoSettings settings() {
    return settings;
  }

  /**
   * The database of the settings. Does not block. Completes exceptionally while no client can be
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

  /**
   * The database for queries, which may read from the members that {@code readPreference} in the
   * connection string names; otherwise as {@link #database}.
   */
  public CompletableFuture<MongoDatabase> queriedDatabase() {
    return client().thenApply(built -> built.getDatabase(settings.database()));
  }

  /** The events' collection; otherwise as {@link #database}. */
  public CompletableFuture<MongoCollection<RawBsonDocument>> collection() {
    return database()
        .thenApply(
            database -> database.getCollection(settings.collection(), RawBsonDocument.class));
  }

  /**
   * Checks whether an operation would succeed. Does not block. Completes within the client timeout:
   * normally if the primary answers, else exceptionally with the reason.
   */
  public CompletableFuture<Void> ping() {
    BsonDocument command = new BsonDocument("ping", new BsonInt32(1));
    return database()
        .thenCompose(
            database -> Mono.from(database.runCommand(command, BsonDocument.class)).toFuture())
        .thenAccept(reply -> {});
  }

  /**
   * Reads the server's clock. Does not block. Completes as {@link #ping} does; empty if the server
   * does not report its clock, because only MongoDB 4.4.2 and later know {@code hello}.
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
   * Checks whether the server takes writes; a secondary with a direct connection does not. Does not
   * block. Completes as {@link #ping} does; true if the server does not report it.
   */
  public CompletableFuture<Boolean> isWritable() {
    return admin(new BsonDocument("hello", new BsonInt32(1)))
        .thenApply(reply -> reply.getBoolean("isWritablePrimary", BsonBoolean.TRUE).getValue());
  }

  /**
   * Checks which rights for storing events the user of this connection lacks. Does not block.
   * Completes as {@link #ping} does; empty if no right is missing or the server does not report
   * rights.
   */
  public CompletableFuture<List<String>> missingRights() {
    return admin(
            new BsonDocument("connectionStatus", new BsonInt32(1))
                .append("showPrivileges", BsonBoolean.TRUE))
        .thenApply(reply -> UserRights.missing(reply, settings.database(), settings.collection()));
  }

  /** Runs a command that not every server knows; returns an empty document if it is unknown. */
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
   * Explains to an operator why an operation on this connection failed. Knows more than {@link
   * MongoTrouble#explain}, because the driver's exceptions do not mention that it drops members of
   * another replica set. Does not block.
   */
  public MongoTrouble explain(Throwable failure) {
    MongoTrouble found = membership;
    MongoTrouble described = MongoTrouble.of(failure);
    return found == null || !described.isAboutMembers() ? described : found;
  }

  /**
   * Closes the client; operations in flight fail. Idempotent. Waits at most half a second; if a
   * server that does not answer delays closing, closing continues in the background.
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
   * Closes a client on a separate thread. The driver ends its sessions on the server when it
   * closes, and waits for the reply up to the client timeout. A frozen server does not reply, and
   * an ending process has to close other parts after this one.
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
                    // The connection has ended, so only a reader of the log needs the failure.
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
      // On a separate thread, because parsing an SRV connection string asks DNS and may block for
      // seconds.
      try {
        Thread.ofPlatform().daemon().name("mongo-connect").start(() -> build(building));
      } catch (Error e) {
        // There are no more threads at present. The future must complete, or there would be no
        // further attempts.
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
      // Also for an Error, for example of a missing class: the future must complete, or no client
      // would be built any more.
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
                  .log("Could not build the MongoDB client. It will be built again later"));
    }
  }

  private synchronized Duration pauseAfterFailure() {
    failures++;
    Duration wait = backoff.after(failures);
    nextAttemptNanos = System.nanoTime() + wait.toNanos();
    return wait;
  }

  /** Remembers a server that the driver drops because of its replica set. */
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
        // Without a read timeout, a read waits without limit on a server that has stopped
        // answering.
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
