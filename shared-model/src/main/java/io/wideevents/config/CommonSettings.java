package io.wideevents.config;

import static io.wideevents.config.SettingType.bool;
import static io.wideevents.config.SettingType.duration;
import static io.wideevents.config.SettingType.integer;
import static io.wideevents.config.SettingType.path;
import static io.wideevents.config.SettingType.smallBytes;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.ValuePattern;
import io.wideevents.event.EventLimits;
import io.wideevents.mongo.MongoSettings;
import io.wideevents.mongo.TrustedAuthorities;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The settings of events and of their collection, for both processes. The packages {@code codec}
 * and {@code mongo} do not depend on this package, so they cannot read settings.
 */
public final class CommonSettings {
  private static final int MEBIBYTE = 1024 * 1024;
  private static final int MAX_DATABASE_BYTES = 63;
  private static final int MAX_NAMESPACE_BYTES = 255;
  private static final Duration ONE_HOUR = Duration.ofHours(1);
  private static final Duration TEN_YEARS = Duration.ofDays(3650);

  /** Names of the worker's own settings, which may be in the shared environment of a deployment. */
  public static final Set<String> OF_THE_WORKER =
      Set.of(
          "KAFKA_CONSUMER_GROUP",
          "KAFKA_GROUP_PROTOCOL",
          "MQ_BATCH_SIZE",
          "MQ_BATCH_TIMEOUT_MS",
          "MQ_BATCH_MAX_SIZE",
          "MQ_BATCH_MAX_BYTES",
          "MQ_BATCHES_IN_FLIGHT",
          "MQ_HELD_MAX_BYTES",
          "MQ_DLQ_BRAKE",
          "QUERY_URL",
          "QUERY_URL_FILE",
          "QUERY_API_KEY",
          "QUERY_API_KEY_FILE");

  private CommonSettings() {}

  /** Reads where events are stored. */
  public static Supplier<MongoSettings> mongo(SettingsReader settings) {
    SettingValue<String> uri =
        settings
            .read("MONGODB_URI", connectionString())
            .byDefault("mongodb://localhost:27017")
            .example("mongodb://mongo-1:27017,mongo-2:27017/?replicaSet=rs0")
            .secrecy(Secrecy.CREDENTIALS)
            .means("Connection string of MongoDB.");
    SettingValue<String> database =
        settings
            .read(
                "MONGODB_DATABASE",
                SettingType.matching(
                    "name",
                    "(?i)(?!(?:admin|local|config)$)[^/\\\\. \"$*<>:|?\\p{Cntrl}]{1,63}",
                    "is not a name MongoDB takes, or one it keeps for itself"))
            .byDefault("wide_events")
            .means("Database of the events.");
    SettingValue<String> collection =
        settings
            .read(
                "MONGODB_COLLECTION",
                SettingType.matching(
                    "name",
                    "(?!system\\.)[^$.\\p{Cntrl}][^$\\p{Cntrl}]{0,119}",
                    "is not a name MongoDB takes"))
            .byDefault("wide_events")
            .means("Collection of the events.");
    SettingValue<Path> caFile =
        settings
            .read("MONGODB_TLS_CA_FILE", path())
            .example("/etc/wide-events/mongodb-ca.pem")
            .means(
                "PEM file with the certificate authorities to trust for MongoDB; no other"
                    + " authorities are trusted. Turns TLS on. Unset: TLS as MONGODB_URI says, with"
                    + " the authorities of the JVM.");
    SettingValue<Duration> timeout =
        settings
            .read("MONGODB_TIMEOUT", duration(Duration.ofMillis(100), ONE_HOUR))
            .byDefault("10s")
            .means("Time limit of one MongoDB operation, with the driver's own retries.");
    SettingValue<Duration> selectionTimeout =
        settings
            .read("MONGODB_SERVER_SELECTION_TIMEOUT", duration(Duration.ofMillis(10), ONE_HOUR))
            .byDefault("2s")
            .means(
                "How long an operation waits for an available server before it reports an"
                    + " outage. At most MONGODB_TIMEOUT.");
    SettingValue<Integer> maxConnections =
        settings
            .read("MONGODB_MAX_CONNECTIONS", integer(1, 1000))
            .byDefault("16")
            .unit("connections")
            .means(
                "Maximum of connections to each server. maxPoolSize in MONGODB_URI overrides it.");
    SettingValue<Boolean> userIndex =
        settings
            .read("MONGODB_USER_INDEX", bool())
            .byDefault("false")
            .means(
                "Whether to index user.id, for searches by user. Each index makes every write"
                    + " more expensive.");
    SettingValue<Duration> retention = retention(settings);

    settings.check(() -> checkNames(settings, database, collection));
    // The driver builds no client whose minimum pool size is larger than its maximum.
    settings.check(
        () ->
            MongoSettings.poolProblem(uri.get(), maxConnections.get())
                .ifPresent(problem -> settings.reject(uri, problem)));
    settings.checkAtMost(selectionTimeout, timeout);
    settings.check(
        () ->
            caFile
                .find()
                .flatMap(TrustedAuthorities::problemOf)
                .ifPresent(problem -> settings.reject(caFile, problem)));
    return () ->
        new MongoSettings(
            uri.get(),
            database.get(),
            collection.get(),
            timeout.get(),
            selectionTimeout.get(),
            maxConnections.get(),
            retention.get(),
            userIndex.get(),
            caFile.find());
  }

  private static SettingValue<Duration> retention(SettingsReader settings) {
    return settings
        .read("EVENT_RETENTION", duration(Duration.ofMinutes(1), TEN_YEARS))
        .byDefault("30d")
        .means(
            "Age at which MongoDB deletes an event. Older events are rejected. Only"
                + " log-worker init shortens the retention of stored events.");
  }

  /**
   * Reads the rules for events.
   *
   * @param maxEvents the maximum number of events in a body
   */
  public static Supplier<EncoderSettings> rules(
      SettingsReader settings, Supplier<Integer> maxEvents) {
    SettingValue<Duration> retention = retention(settings);
    SettingValue<Duration> maxFuture =
        settings
            .read("EVENT_MAX_FUTURE", duration(Duration.ZERO, TEN_YEARS))
            .byDefault("24h")
            .means("How far an event's timestamp may be ahead of the clock.");
    SettingValue<Integer> maxBytes = maxEventBytes(settings);
    SettingValue<Integer> maxDepth =
        settings
            .read("EVENT_MAX_DEPTH", integer(2, 90))
            .byDefault("32")
            .unit("levels")
            .means("Maximum nesting of objects and arrays in an event.");
    SettingValue<Integer> maxFields =
        settings
            .read("EVENT_MAX_FIELDS", integer(4, 100_000))
            .byDefault("1000")
            .unit("fields")
            .means(
                "Maximum number of fields in an event, counted at any depth. Items of arrays"
                    + " do not count.");
    SettingValue<Integer> maxNameBytes =
        settings
            .read("EVENT_MAX_NAME_BYTES", smallBytes(16, 4096))
            .byDefault("256")
            .unit("bytes")
            .means("Maximum length of a field name in UTF-8.");
    SettingValue<Set<String>> redactedNames =
        settings
            .read("EVENT_REDACT", RedactedNames.type())
            .byDefault("default")
            .example("default,ssn,*_pin")
            .means(
                "Names of the fields whose value is replaced by [REDACTED], at any depth and"
                    + " in upper or lower case. A * at the beginning or end of a name matches any"
                    + " text. The name default stands for passwords, tokens, cookies and the like;"
                    + " none turns redaction off.");
    SettingValue<ValuePattern> redactedText =
        settings
            .read("EVENT_REDACT_PATTERN", redactedText())
            .example("[0-9]{13,16}|[A-Za-z0-9._-]+@[a-z0-9.-]+")
            .means(
                "Regular expression (RE2). Text that matches is replaced by [REDACTED] in the"
                    + " values of all fields. Separate alternatives by |. Unset: values are not"
                    + " searched.");
    settings.check(
        () -> {
          if (redactedText.isExplicit() && !ValuePattern.isSupported()) {
            settings.reject(redactedText, "needs com.google.re2j:re2j on the class path");
          }
        });

    return () ->
        new EncoderSettings(
            new EventLimits(maxBytes.get(), maxDepth.get(), maxFields.get(), maxNameBytes.get()),
            maxEvents.get(),
            retention.get(),
            maxFuture.get(),
            redactedNames.get(),
            redactedText.find().orElse(ValuePattern.NONE));
  }

  /** Reads the size of the largest event, which each part must be able to hold. */
  public static SettingValue<Integer> maxEventBytes(SettingsReader settings) {
    return settings
        .read("EVENT_MAX_BYTES", smallBytes(1024, 8 * MEBIBYTE))
        .byDefault("256KiB")
        .means("Maximum size of an event as JSON.");
  }

  /**
   * Adds the rule that a part can hold a number of Kafka records with the largest event.
   *
   * @param bytes the setting that limits the size of the part
   */
  public static void checkHoldsEvents(
      SettingsReader settings, SettingValue<Long> bytes, int records) {
    settings.check(
        () -> {
          SettingValue<Integer> event = maxEventBytes(settings);
          long needed = records * (event.get() + (long) TopicLayout.HEADROOM_BYTES);
          if (bytes.get() < needed) {
            settings.reject(
                bytes,
                "does not hold an event of %s, which needs %d bytes".formatted(event, needed));
          }
        });
  }

  /** MongoDB limits the bytes of a name, and the pattern of a setting limits its characters. */
  private static void checkNames(
      SettingsReader settings, SettingValue<String> database, SettingValue<String> collection) {
    int databaseBytes = utf8Length(database);
    if (databaseBytes > MAX_DATABASE_BYTES) {
      settings.reject(database, "is longer than 63 bytes in UTF-8");
    } else if (databaseBytes + 1 + utf8Length(collection) > MAX_NAMESPACE_BYTES) {
      settings.reject(collection, "is longer than 255 bytes in UTF-8 with MONGODB_DATABASE");
    }
  }

  private static int utf8Length(SettingValue<String> name) {
    return name.find().orElse("").getBytes(StandardCharsets.UTF_8).length;
  }

  /** A connection string of MongoDB. */
  public static SettingType<String> connectionString() {
    return new SettingType<>(
        "uri",
        text ->
            MongoSettings.connectionStringProblem(text)
                .map(problem -> Parsed.<String>invalid("is not a connection string: " + problem))
                .orElseGet(() -> Parsed.value(text)));
  }

  private static SettingType<ValuePattern> redactedText() {
    return new SettingType<>(
        "regex",
        text -> {
          try {
            // Without the library, a given expression is rejected by a check.
            return Parsed.value(
                ValuePattern.isSupported() ? ValuePattern.of(text) : ValuePattern.NONE);
          } catch (IllegalArgumentException e) {
            return Parsed.invalid("cannot be used: " + e.getMessage());
          }
        });
  }
}
