package io.wideevents.query.config;

import static io.wideevents.config.SettingType.bool;
import static io.wideevents.config.SettingType.duration;
import static io.wideevents.config.SettingType.integer;

import io.wideevents.config.CommonSettings;
import io.wideevents.config.Secrecy;
import io.wideevents.config.SettingType;
import io.wideevents.config.SettingValue;
import io.wideevents.config.SettingsReader;
import io.wideevents.mongo.MongoSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The settings of the query side. Immutable.
 *
 * @param mongo where the events are; its timeout is the limit of the queries of one request
 * @param concurrency maximum number of queries at the same time, and of open tails
 * @param page whether the page is served
 * @param traceLink address of a trace, with {@code {traceId}} in place of the id; empty for no link
 */
public record QuerySettings(
    MongoSettings mongo, int concurrency, boolean page, Optional<String> traceLink) {
  private static final String TRACE_LINK = "https?://\\S*\\{traceId}\\S*";
  // Each tail keeps one connection, and opening a tail needs another one.
  private static final int FURTHER_CONNECTIONS = 2;

  /**
   * Reads the settings.
   *
   * @param mongo where the gateway stores events
   * @return empty if the query API is not served
   */
  public static Supplier<Optional<QuerySettings>> read(
      SettingsReader settings, Supplier<MongoSettings> mongo) {
    SettingValue<Boolean> enabled =
        settings
            .read("QUERY_ENABLED", bool())
            .byDefault("false")
            .means(
                "Whether the gateway serves the query API. With API_KEYS_FILE, callers need a key"
                    + " with the scope query.");
    SettingValue<Boolean> page =
        settings
            .read("UI_ENABLED", bool())
            .byDefault("true")
            .means("Whether the gateway serves the page at /ui. Needs QUERY_ENABLED=true.");
    SettingValue<Duration> timeout =
        settings
            .read("QUERY_TIMEOUT", duration(Duration.ofMillis(100), Duration.ofMinutes(2)))
            .byDefault("10s")
            .means(
                "Time limit of the queries of one request in MongoDB. A request that takes longer"
                    + " gets 504.");
    SettingValue<Integer> concurrency =
        settings
            .read("QUERY_CONCURRENCY", integer(1, 64))
            .byDefault("4")
            .unit("queries")
            .means(
                "Maximum number of queries that MongoDB executes at the same time. A query that"
                    + " waits longer than 1 s gets 429. The maximum number of open tails is the"
                    + " same.");
    SettingValue<String> uri =
        settings
            .read("QUERY_MONGODB_URI", CommonSettings.connectionString())
            .example("mongodb://mongo-1:27017,mongo-2:27017/?readPreference=secondaryPreferred")
            .secrecy(Secrecy.CREDENTIALS)
            .means(
                "Connection string for queries, for example with another user or with"
                    + " readPreference. Unset: MONGODB_URI.");
    SettingValue<String> traceLink =
        settings
            .read(
                "QUERY_TRACE_LINK",
                SettingType.matching(
                    "url", TRACE_LINK, "is not an http or https address with {traceId} in it"))
            .example("https://jaeger.example.com/trace/{traceId}")
            .means(
                "Address of a trace in Jaeger, Zipkin or another tool. The page replaces {traceId}"
                    + " with the id of the trace. Unset: no link.");
    return () ->
        enabled.get()
            ? Optional.of(
                new QuerySettings(
                    connection(mongo.get(), uri.find(), timeout.get(), concurrency.get()),
                    concurrency.get(),
                    page.get(),
                    traceLink.find()))
            : Optional.empty();
  }

  private static MongoSettings connection(
      MongoSettings stored, Optional<String> uri, Duration timeout, int concurrency) {
    Duration selection = stored.serverSelectionTimeout();
    return new MongoSettings(
        uri.orElse(stored.uri()),
        stored.database(),
        stored.collection(),
        timeout,
        selection.compareTo(timeout) < 0 ? selection : timeout,
        2 * concurrency + FURTHER_CONNECTIONS,
        stored.retention(),
        stored.userIndex(),
        stored.tlsCaFile());
  }
}
