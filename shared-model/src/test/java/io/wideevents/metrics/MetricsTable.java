package io.wideevents.metrics;

import static java.util.stream.Collectors.joining;

import io.wideevents.documents.GeneratedSection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A table of metrics in the documentation, compared with what a process answers at {@code
 * /metrics}. Name, type and labels are generated. Unit, meaning and alert are kept from the page.
 */
public final class MetricsTable {
  private static final Pattern ROW =
      Pattern.compile("\\| `(?<name>[a-z_]+)` \\| [a-z]+ \\|[^|]*\\|(?<prose>.*)");
  private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE ([a-z_]+) ([a-z]+)$");
  private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z_]+)(?:\\{([^}]*)\\})? ");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");

  private MetricsTable() {}

  /**
   * Fails unless the table shows every metric of ours as it is, and no metric that does not exist.
   *
   * @param process the section {@code metrics PROCESS} of the page
   * @param scrape what the process shows, every metric at least once
   */
  public static void check(Path page, String process, String scrape) throws IOException {
    Map<String, String> shown = shown(scrape);
    GeneratedSection.check(page, "metrics " + process, old -> table(old, shown));
  }

  private static String table(String old, Map<String, String> shown) {
    Set<String> missing = new TreeSet<>(shown.keySet());
    missing.removeIf(name -> !name.startsWith("wide_events_"));
    StringBuilder table = new StringBuilder();
    for (String line : old.lines().toList()) {
      Matcher row = ROW.matcher(line);
      if (!row.matches()) {
        table.append(line).append('\n');
      } else if (shown.containsKey(row.group("name"))) {
        String name = row.group("name");
        table.append(shown.get(name)).append(row.group("prose")).append('\n');
        missing.remove(name);
      }
    }
    missing.forEach(name -> table.append(shown.get(name)).append(" unit | meaning | |\n"));
    return table.toString();
  }

  /** The generated columns of each metric, by name. */
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
          // The maximum of a timer is a separate family, which the page does not show.
          if (!name.endsWith("_seconds_max") && !name.endsWith("_size_max")) {
            String cell = names.stream().map(each -> "`" + each + "`").collect(joining(", "));
            shown.put(name, GeneratedSection.row(List.of("`" + name + "`", type, cell)).strip());
          }
        });
    return shown;
  }

  /** The name of the histogram that a sample belongs to, or the sample's name. */
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
