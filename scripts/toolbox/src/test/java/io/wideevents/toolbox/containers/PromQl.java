package io.wideevents.toolbox.containers;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the metrics that a query names: as much of its grammar as telling them from the rest takes.
 */
final class PromQl {
  private static final Pattern STRING = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
  private static final Pattern GROUPING =
      Pattern.compile("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\([^)]*\\)");
  private static final Pattern RANGE = Pattern.compile("\\[[^]]*]");
  private static final Pattern NAME =
      Pattern.compile("(?<![\\w:.])([A-Za-z_:][\\w:]*)\\s*(\\{[^}]*}|\\()?");
  private static final Pattern LABEL = Pattern.compile("([A-Za-z_]\\w*)\\s*(?:=~|!~|!=|=)");
  private static final Set<String> WORDS =
      Set.of("and", "or", "unless", "bool", "offset", "group_left", "group_right");

  private PromQl() {}

  /**
   * A metric and the labels it is selected by.
   *
   * @param labels in the order of the query
   */
  record Selector(String metric, Set<String> labels) {
    Selector {
      labels = new LinkedHashSet<>(labels);
    }
  }

  /** Every metric of a query, each time it is named. */
  static List<Selector> selectors(String query) {
    String bare = STRING.matcher(query).replaceAll("\"\"");
    bare = RANGE.matcher(GROUPING.matcher(bare).replaceAll(" ")).replaceAll(" ");
    List<Selector> found = new ArrayList<>();
    Matcher matcher = NAME.matcher(bare);
    while (matcher.find()) {
      String after = matcher.group(2);
      boolean function = "(".equals(after);
      if (!function && !WORDS.contains(matcher.group(1))) {
        found.add(new Selector(matcher.group(1), labels(after == null ? "" : after)));
      }
    }
    return found;
  }

  private static Set<String> labels(String braces) {
    Set<String> labels = new LinkedHashSet<>();
    Matcher matcher = LABEL.matcher(braces);
    while (matcher.find()) {
      labels.add(matcher.group(1));
    }
    return labels;
  }
}
