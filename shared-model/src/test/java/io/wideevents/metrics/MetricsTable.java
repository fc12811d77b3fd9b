package io.wideevents.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Holds a table of metrics in the documentation against what a process answers at {@code /metrics}.
 * The table stands between {@code <!-- metrics api-gateway -->} and {@code <!-- end of metrics
 * -->}; its first three columns are name, type and labels.
 */
public final class MetricsTable {
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([a-z_]+)` \\| ([a-z]+) \\|([^|]*)\\|");
  private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE ([a-z_]+) ([a-z]+)$");
  private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z_]+)(?:\\{([^}]*)\\})? ");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");
  private static final Pattern DOCUMENTED_LABEL = Pattern.compile("`([a-z_]+)`");

  private MetricsTable() {}

  /**
   * Fails unless every metric of ours is documented as it is, and every documented one is there.
   *
   * @param process what the table is called
   * @param scrape what the process shows, every metric at least once
   */
  public static void check(Path page, String process, String scrape) throws IOException {
    String text = Files.readString(page);
    String begin = "<!-- metrics " + process + " -->";
    int from = text.indexOf(begin);
    assertThat(from).as("%s has a table %s", page, begin).isNotNegative();
    String table = text.substring(from, text.indexOf("<!-- end of metrics -->", from));

    Map<String, String> documented = new TreeMap<>();
    ROW.matcher(table)
        .results()
        .forEach(row -> documented.put(row.group(1), row.group(2) + labels(row)));
    Map<String, String> shown = shown(scrape);
    assertThat(shown).as("metrics of %s", process).containsAllEntriesOf(documented);
    assertThat(documented.keySet())
        .as("metrics of %s in %s", process, page)
        .containsAll(
            shown.keySet().stream().filter(name -> name.startsWith("wide_events_")).toList());
  }

  private static String labels(MatchResult row) {
    return DOCUMENTED_LABEL
        .matcher(row.group(3))
        .results()
        .map(label -> label.group(1))
        .collect(Collectors.toCollection(TreeSet::new))
        .toString();
  }

  private static Map<String, String> shown(String scrape) {
    Map<String, String> types = new TreeMap<>();
    TYPE.matcher(scrape).results().forEach(type -> types.put(type.group(1), type.group(2)));
    Map<String, Set<String>> labels = new TreeMap<>();
    SAMPLE
        .matcher(scrape)
        .results()
        .forEach(
            sample -> {
              Set<String> names =
                  labels.computeIfAbsent(family(sample.group(1), types), name -> new TreeSet<>());
              if (sample.group(2) != null) {
                LABEL.matcher(sample.group(2)).results().forEach(each -> names.add(each.group(1)));
              }
            });
    Map<String, String> shown = new TreeMap<>();
    types.forEach(
        (name, type) -> {
          Set<String> names = new TreeSet<>(labels.getOrDefault(name, Set.of()));
          names.remove("le");
          // The maximum of a timer is a family of its own, which nobody looks for by name.
          if (!name.endsWith("_seconds_max") && !name.endsWith("_size_max")) {
            shown.put(name, type + names);
          }
        });
    return shown;
  }

  /** A histogram's samples are called after it, with an ending. */
  private static String family(String sample, Map<String, String> types) {
    for (String ending : new String[] {"_bucket", "_count", "_sum"}) {
      if (sample.endsWith(ending)) {
        String name = sample.substring(0, sample.length() - ending.length());
        if (types.containsKey(name)) {
          return name;
        }
      }
    }
    return sample;
  }
}
