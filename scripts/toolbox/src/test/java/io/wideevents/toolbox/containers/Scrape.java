package io.wideevents.toolbox.containers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Prometheus stores of one round over its targets.
 *
 * @param series by the metric's name and its labels, the name as label {@code __name__}
 */
record Scrape(Map<Map<String, String>, Double> series) {
  private static final Pattern SAMPLE =
      Pattern.compile("^([A-Za-z_:][\\w:]*)(?:\\{(.*)})? (\\S+)$", Pattern.MULTILINE);
  private static final Pattern LABEL = Pattern.compile("([A-Za-z_]\\w*)=\"([^\"]*)\"");

  /**
   * A process that is scraped.
   *
   * @param page what it answers to {@code GET /metrics}
   */
  record Target(String job, String instance, String page) {}

  static Scrape of(List<Target> targets) {
    Map<Map<String, String>, Double> series = new java.util.LinkedHashMap<>();
    for (Target target : targets) {
      series.put(labels("up", target), 1.0);
      Matcher sample = SAMPLE.matcher(target.page());
      while (sample.find()) {
        Map<String, String> labels = labels(sample.group(1), target);
        Matcher label = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
        while (label.find()) {
          labels.put(label.group(1), label.group(2));
        }
        series.put(labels, number(sample.group(3)));
      }
    }
    return new Scrape(series);
  }

  /** Every series of a metric. */
  List<Map<String, String>> named(String metric) {
    List<Map<String, String>> found = new ArrayList<>();
    series
        .keySet()
        .forEach(
            labels -> {
              if (metric.equals(labels.get("__name__"))) {
                found.add(labels);
              }
            });
    return found;
  }

  private static Map<String, String> labels(String metric, Target target) {
    Map<String, String> labels = new TreeMap<>();
    labels.put("__name__", metric);
    labels.put("job", target.job());
    labels.put("instance", target.instance());
    return labels;
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }
}
