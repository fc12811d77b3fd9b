package io.wideevents.mongo;

import com.mongodb.ConnectionString;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where events are stored, and the time limits of operations.
 *
 * @param uri a connection string ({@code mongodb://} or {@code mongodb+srv://}); it sets
 *     credentials, TLS, compression and the replica set. Write concern and time limits are always
 *     set by this project, because its guarantees depend on them. Its read preference has an effect
 *     on queries only
 * @param database the database's name; a database named in {@code uri} is only used to log in
 * @param collection the collection's name
 * @param timeout the limit of one operation, retries included
 * @param serverSelectionTimeout how long an operation waits for a server, at most {@code timeout};
 *     an outage is detected after this time
 * @param maxConnections connections to each server, unless {@code uri} sets {@code maxPoolSize}
 * @param retention age at which the TTL index deletes an event, counted from its timestamp
 * @param userIndex whether events can be searched by {@code user.id}; the index costs write rate,
 *     so it is off by default
 * @param tlsCaFile PEM certificates of the authorities that sign the servers' certificates; turns
 *     TLS on. Empty: TLS as {@code uri} says, with the authorities that the JVM trusts
 */
public record MongoSettings(
    String uri,
    String database,
    String collection,
    Duration timeout,
    Duration serverSelectionTimeout,
    int maxConnections,
    Duration retention,
    boolean userIndex,
    Optional<Path> tlsCaFile) {
  public static final String DEFAULT_DATABASE = "wide_events";
  public static final String DEFAULT_COLLECTION = "wide_events";
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);
  public static final Duration DEFAULT_SERVER_SELECTION_TIMEOUT = Duration.ofSeconds(2);
  public static final int DEFAULT_MAX_CONNECTIONS = 16;
  public static final Duration DEFAULT_RETENTION = Duration.ofDays(30);

  private static final String PLAIN_SCHEME = "mongodb://";
  private static final String SRV_SCHEME = "mongodb+srv://";

  /**
   * @throws IllegalArgumentException if a value is out of range or {@code uri} is not a connection
   *     string; the message never quotes a {@code uri} that could contain a password
   */
  public MongoSettings {
    requireConnectionString(uri);
    requireName("database", database);
    requireName("collection", collection);
    requirePositive("timeout", timeout);
    requirePositive("serverSelectionTimeout", serverSelectionTimeout);
    if (serverSelectionTimeout.compareTo(timeout) > 0) {
      throw new IllegalArgumentException(
          "serverSelectionTimeout=%s is longer than timeout=%s, of which it is a part"
              .formatted(serverSelectionTimeout, timeout));
    }
    if (maxConnections < 1) {
      throw new IllegalArgumentException("maxConnections=" + maxConnections + " is not positive");
    }
    // MongoDB counts a TTL in whole seconds, in an int.
    if (retention.toSeconds() < 1 || retention.toSeconds() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "retention=%s is outside 1 s to %d s".formatted(retention, Integer.MAX_VALUE));
    }
  }

  /** Trusts the authorities that the JVM trusts. */
  public MongoSettings(
      String uri,
      String database,
      String collection,
      Duration timeout,
      Duration serverSelectionTimeout,
      int maxConnections,
      Duration retention,
      boolean userIndex) {
    this(
        uri,
        database,
        collection,
        timeout,
        serverSelectionTimeout,
        maxConnections,
        retention,
        userIndex,
        Optional.empty());
  }

  /** The defaults for everything except the address. */
  public static MongoSettings at(String uri) {
    return new MongoSettings(
        uri,
        DEFAULT_DATABASE,
        DEFAULT_COLLECTION,
        DEFAULT_TIMEOUT,
        DEFAULT_SERVER_SELECTION_TIMEOUT,
        DEFAULT_MAX_CONNECTIONS,
        DEFAULT_RETENTION,
        false);
  }

  /** The servers in {@code uri}, without credentials and options: for log lines and messages. */
  public String servers() {
    // After the last @: a password may contain an @ that should have been percent-encoded.
    int start = Math.max(uri.indexOf("://") + 2, uri.lastIndexOf('@')) + 1;
    String rest = uri.substring(start);
    return rest.substring(0, indexOfAny(rest, '/', '?'));
  }

  /** All settings; of {@code uri} only the servers, because it may contain a password. */
  @Override
  public String toString() {
    return "MongoSettings[servers=%s, database=%s, collection=%s, timeout=%s, serverSelectionTimeout=%s, maxConnections=%d, retention=%s, userIndex=%s, tlsCaFile=%s]"
        .formatted(
            servers(),
            database,
            collection,
            timeout,
            serverSelectionTimeout,
            maxConnections,
            retention,
            userIndex,
            tlsCaFile.map(Path::toString).orElse("none"));
  }

  /**
   * The problem of a connection string, worded to follow "is not a connection string:"; empty if
   * there is none. Never quotes text that could contain a password.
   */
  public static Optional<String> connectionStringProblem(String uri) {
    if (uri.startsWith(SRV_SCHEME) && uri.length() > SRV_SCHEME.length()) {
      // Parsing the string asks DNS, which may be unavailable now and available later.
      return Optional.empty();
    }
    if (!uri.startsWith(PLAIN_SCHEME)) {
      return Optional.of("it starts with neither " + PLAIN_SCHEME + " nor " + SRV_SCHEME);
    }
    try {
      return new ConnectionString(uri).getHosts().isEmpty()
          ? Optional.of("it names no server")
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      // The driver quotes what it cannot parse, which may be a part of a password.
      return Optional.of(
          uri.indexOf('@') < 0
              ? String.valueOf(e.getMessage())
              : "the driver cannot parse it; are ':', '/', '@' and '%' in user and password"
                  + " percent-encoded?");
    }
  }

  /**
   * Why no client can be built with this number of connections: the connection string asks to keep
   * more connections open than may be open. Empty if a client can be built, and for a string that
   * is read from DNS.
   *
   * @param uri valid according to {@link #connectionStringProblem}
   */
  public static Optional<String> poolProblem(String uri, int maxConnections) {
    if (!uri.startsWith(PLAIN_SCHEME)) {
      return Optional.empty();
    }
    ConnectionString parsed = new ConnectionString(uri);
    Integer least = parsed.getMinConnectionPoolSize();
    Integer own = parsed.getMaxConnectionPoolSize();
    int most = own == null ? maxConnections : own;
    // A maximum of 0 means no limit.
    return least != null && most > 0 && least > most
        ? Optional.of(
            "has minPoolSize=%d, more than the %d of %s"
                .formatted(least, most, own == null ? "MONGODB_MAX_CONNECTIONS" : "maxPoolSize"))
        : Optional.empty();
  }

  private static void requireConnectionString(String uri) {
    connectionStringProblem(uri)
        .ifPresent(
            problem -> {
              throw new IllegalArgumentException(
                  "uri is not a MongoDB connection string: "
                      + problem
                      + "; use for example mongodb://localhost:27017/?replicaSet=rs0");
            });
  }

  private static void requireName(String component, String name) {
    if (name.isBlank() || name.indexOf('\0') >= 0 || name.indexOf('$') >= 0) {
      throw new IllegalArgumentException(
          component + " is blank or holds a character MongoDB keeps for itself ($, NUL)");
    }
  }

  private static void requirePositive(String component, Duration duration) {
    if (duration.toMillis() < 1) {
      throw new IllegalArgumentException(component + "=" + duration + " is below 1 ms");
    }
  }

  private static int indexOfAny(String text, char first, char second) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == first || text.charAt(i) == second) {
        return i;
      }
    }
    return text.length();
  }
}
