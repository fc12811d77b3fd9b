package io.wideevents.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Kafka's own client properties, passed through from {@code KAFKA_CLIENT_<PROPERTY>}: {@code
 * KAFKA_CLIENT_SECURITY_PROTOCOL} becomes {@code security.protocol}. A secret may come from the
 * file named by {@code KAFKA_CLIENT_<PROPERTY>_FILE}.
 *
 * @param values value by Kafka's name
 * @param problems the properties that may not be set or cannot be read
 */
record KafkaClientProperties(Map<String, String> values, List<SettingProblem> problems) {
  static final String PREFIX = "KAFKA_CLIENT_";
  private static final String FILE_SUFFIX = "_FILE";

  private static final String PROMISE = "an acknowledged event must not be lost or written twice";
  private static final String OFFSETS = "offsets move only after MongoDB has acknowledged";
  private static final String BYTES = "keys and values are written and read as they are";
  private static final String BOUNDS = "the deadline of a reply and of a shutdown rests on it";

  private static final Map<String, String> RESERVED =
      Map.ofEntries(
          Map.entry("acks", PROMISE),
          Map.entry("enable.idempotence", PROMISE),
          Map.entry("max.in.flight.requests.per.connection", PROMISE),
          Map.entry("retries", "use MQ_PUBLISH_RETRIES of the gateway"),
          Map.entry("transactional.id", PROMISE),
          Map.entry("enable.auto.commit", OFFSETS),
          Map.entry("auto.commit.interval.ms", OFFSETS),
          Map.entry("auto.offset.reset", OFFSETS),
          Map.entry("isolation.level", OFFSETS),
          Map.entry("check.crcs", PROMISE),
          Map.entry("partition.assignment.strategy", OFFSETS),
          Map.entry("key.serializer", BYTES),
          Map.entry("value.serializer", BYTES),
          Map.entry("key.deserializer", BYTES),
          Map.entry("value.deserializer", BYTES),
          Map.entry("max.block.ms", BOUNDS),
          Map.entry("request.timeout.ms", BOUNDS),
          Map.entry("delivery.timeout.ms", BOUNDS),
          Map.entry("linger.ms", "use MQ_LINGER_MS of the gateway"),
          Map.entry("default.api.timeout.ms", BOUNDS),
          Map.entry("max.poll.interval.ms", BOUNDS),
          Map.entry("max.poll.records", "the memory of the process is bounded by its own settings"),
          Map.entry("buffer.memory", "use MQ_BUFFER_BYTES of the gateway"),
          Map.entry("compression.type", "use MQ_COMPRESSION of the gateway"),
          Map.entry("max.request.size", "the event limits decide what is too large"),
          Map.entry("allow.auto.create.topics", "topics are created with the settings given here"),
          Map.entry("bootstrap.servers", "use KAFKA_BROKER"),
          Map.entry("group.id", "use KAFKA_CONSUMER_GROUP"),
          Map.entry("group.protocol", "use KAFKA_GROUP_PROTOCOL"));

  KafkaClientProperties {
    values = Map.copyOf(values);
    problems = List.copyOf(problems);
  }

  /** Reads the properties in the environment. */
  static KafkaClientProperties read(Map<String, String> environment) {
    List<SettingProblem> problems = new ArrayList<>();
    Map<String, String> values = new TreeMap<>();
    // Sorted, so that the same mistakes are always reported in the same order.
    for (Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet()) {
      String name = variable.getKey();
      if (name.length() <= PREFIX.length() || !name.startsWith(PREFIX)) {
        continue;
      }
      Optional<String> named = namedByFile(name);
      if (named.isPresent() && variable.getValue().isBlank()) {
        continue; // an optional variable that is not set; an empty property may have a meaning
      }
      String property = property(named.orElse(name));
      Parsed<String> value =
          RESERVED.containsKey(property)
              ? Parsed.invalid(
                  "sets Kafka's %s, which is not free to choose: %s"
                      .formatted(property, RESERVED.get(property)))
              : named.isEmpty()
                  ? Parsed.value(variable.getValue())
                  : readFile(named.get(), variable.getValue(), environment);
      switch (value) {
        case Parsed.Value<String> text -> values.put(property, text.value());
        case Parsed.Invalid<String> invalid ->
            problems.add(
                new SettingProblem(
                    Source.ENVIRONMENT, name + " " + invalid.problem() + " (environment)"));
      }
    }
    return new KafkaClientProperties(values, problems);
  }

  private static Parsed<String> readFile(
      String named, String file, Map<String, String> environment) {
    if (!environment.getOrDefault(named, "").isEmpty()) {
      return Parsed.invalid("is given beside " + named + ": keep one of the two");
    }
    return switch (SettingInputs.readFile(file)) {
      case Parsed.Value<String> text -> text;
      case Parsed.Invalid<String> invalid ->
          Parsed.invalid("names %s, which %s".formatted(file, invalid.problem()));
    };
  }

  /**
   * Converts a message of Kafka's client library about a property into a problem of its setting.
   */
  SettingProblem problem(String message) {
    return values.keySet().stream()
        .filter(message::contains)
        .max(Comparator.comparingInt(String::length))
        .map(
            property ->
                "%s cannot be used: %s (environment)"
                    .formatted(
                        variable(property),
                        isSecret(property) ? "Kafka does not take its value" : message))
        .map(text -> new SettingProblem(Source.ENVIRONMENT, text))
        .orElseGet(
            () ->
                new SettingProblem(
                    Source.ENVIRONMENT, "KAFKA_CLIENT_*: Kafka's client says: " + message));
  }

  private static String variable(String property) {
    return PREFIX + property.toUpperCase(Locale.ROOT).replace('.', '_');
  }

  /** The variables in effect, by their names in the environment; secrets masked. */
  Map<String, String> shown() {
    Map<String, String> shown = new TreeMap<>();
    values.forEach(
        (property, value) ->
            shown.put(
                variable(property),
                Masking.mask(isSecret(property) ? Secrecy.SECRET : Secrecy.PUBLIC, value)));
    return shown;
  }

  private static String property(String variable) {
    return variable.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '.');
  }

  /**
   * The property variable for which a variable names a file. Only secrets are read from files,
   * because Kafka itself has properties that end in {@code .file}.
   */
  private static Optional<String> namedByFile(String variable) {
    if (!variable.endsWith(FILE_SUFFIX)) {
      return Optional.empty();
    }
    String named = variable.substring(0, variable.length() - FILE_SUFFIX.length());
    return isSecret(property(named)) ? Optional.of(named) : Optional.empty();
  }

  private static boolean isSecret(String property) {
    return property.contains("password")
        || property.contains("jaas")
        || property.contains("secret")
        || property.contains("private.key")
        || property.equals("ssl.keystore.key");
  }
}
