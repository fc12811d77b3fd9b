package io.wideevents.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds environment variables that were probably meant for this process and have no effect. */
final class UnknownNames {
  /** The variables that Kubernetes sets in every pod for a service with a name such as kafka. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(".*_(SERVICE_(HOST|PORT)(_.*)?|PORT(_\\d+_(TCP|UDP)(_.*)?)?)");

  private static final int CLOSE = 2;

  private static final Set<String> FOREIGN = Set.of("HTTP_PROXY");

  private UnknownNames() {}

  /**
   * Checks the names of the environment.
   *
   * @param process the name of the process, for the message
   * @param known every name the process reads
   * @param ignored names that are valid elsewhere, such as the other process's
   * @return one line for each unknown name that has the prefix of a known one
   */
  static List<String> warnings(
      String process, Set<String> known, Set<String> ignored, Map<String, String> environment) {
    List<String> warnings = new ArrayList<>();
    for (String name : unknown(known, ignored, environment)) {
      String advice =
          nearest(name, known)
              .map(near -> "did you mean " + near + "?")
              .orElse("see " + process + " --help");
      warnings.add(
          "%s is not a setting of %s and does nothing; %s".formatted(name, process, advice));
    }
    return warnings;
  }

  /**
   * As {@link #warnings}, for an environment that other programs read as well: one line for each
   * unknown name that is at most two edits away from a known one.
   */
  static List<String> closeOnes(
      String process, Set<String> known, Set<String> ignored, Map<String, String> environment) {
    List<String> warnings = new ArrayList<>();
    for (String name : unknown(known, ignored, environment)) {
      known.stream()
          .filter(candidate -> distance(name, candidate) <= CLOSE)
          .min(Comparator.naturalOrder())
          .ifPresent(
              near ->
                  warnings.add(
                      "%s is not a setting of %s; did you mean %s?"
                          .formatted(name, process, near)));
    }
    return warnings;
  }

  /** The unknown names that have the prefix of a known one, sorted. */
  private static List<String> unknown(
      Set<String> known, Set<String> ignored, Map<String, String> environment) {
    Set<String> prefixes = known.stream().map(UnknownNames::prefix).collect(Collectors.toSet());
    return new TreeMap<>(environment)
        .entrySet().stream()
            .filter(variable -> prefixes.contains(prefix(variable.getKey())))
            .filter(variable -> !isServiceLink(variable.getKey(), variable.getValue()))
            .map(Map.Entry::getKey)
            .filter(name -> !known.contains(name))
            .filter(name -> !ignored.contains(name))
            .filter(name -> !FOREIGN.contains(name))
            .filter(name -> !name.startsWith(KafkaClientProperties.PREFIX))
            .toList();
  }

  private static String prefix(String name) {
    return name.substring(0, name.indexOf('_') + 1);
  }

  private static boolean isServiceLink(String name, String value) {
    return SERVICE_LINK.matcher(name).matches()
        && (!name.endsWith("_PORT") || name.endsWith("_SERVICE_PORT") || value.contains("://"));
  }

  /**
   * The known name with the same words after another prefix, else the name with the fewest edits.
   */
  private static Optional<String> nearest(String name, Set<String> known) {
    return sameWords(name, known).or(() -> fewestEdits(name, known));
  }

  /**
   * Finds {@code KAFKA_LOG_TOPIC} for {@code MQ_LOG_TOPIC}, though {@code MQ_DLQ_TOPIC} needs fewer
   * edits: the prefix only names the owner of a setting. A single word such as {@code PORT} is not
   * enough for a match.
   */
  private static Optional<String> sameWords(String name, Set<String> known) {
    String words = name.substring(prefix(name).length());
    if (words.indexOf('_') < 0) {
      return Optional.empty();
    }
    return known.stream()
        .filter(candidate -> candidate.substring(prefix(candidate).length()).equals(words))
        .min(Comparator.naturalOrder());
  }

  private static Optional<String> fewestEdits(String name, Set<String> known) {
    int tolerated = Math.max(2, name.length() / 4);
    return known.stream()
        .filter(candidate -> distance(name, candidate) <= tolerated)
        .min(
            Comparator.<String>comparingInt(candidate -> distance(name, candidate))
                .thenComparing(Comparator.naturalOrder()));
  }

  /** The Levenshtein distance: the minimum number of insertions, deletions and replacements. */
  static int distance(String a, String b) {
    int[] above = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[b.length()];
  }
}
