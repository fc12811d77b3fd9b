package io.wideevents.toolbox.containers;

import io.wideevents.toolbox.pipeline.ProjectHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The dashboards and alert rules of {@code docker/}, read as the tests need them. */
final class MonitoringFiles {
  static final Path HOME = ProjectHome.find().path();
  private static final Path DASHBOARD = HOME.resolve("docker/grafana/dashboards/wide-events.json");
  private static final Path RULES = HOME.resolve("docker/prometheus/rules/wide-events.yml");
  private static final Path SCRAPES = HOME.resolve("docker/prometheus/prometheus.yml");
  private static final Pattern YAML_BLOCK =
      Pattern.compile("```yaml\\n((?:(?!```).)*scrape_configs:.*?)```", Pattern.DOTALL);

  private MonitoringFiles() {}

  /**
   * A query and where it stands.
   *
   * @param place for a person: the alert, or the panel
   */
  record Query(String place, String expression) {}

  /** An alert and the section that says what to do about it. */
  record Alert(String name, String expression, String runbook) {}

  static List<Query> queries() {
    List<Query> queries = new ArrayList<>();
    alerts().forEach(alert -> queries.add(new Query("alert " + alert.name(), alert.expression())));
    for (JsonNode panel : new JsonMapper().readTree(DASHBOARD).get("panels")) {
      for (JsonNode target : panel.path("targets")) {
        queries.add(
            new Query("panel " + panel.get("title").asString(), target.get("expr").asString()));
      }
    }
    return queries;
  }

  static List<Alert> alerts() {
    List<Alert> alerts = new ArrayList<>();
    for (JsonNode group : yaml(RULES).get("groups")) {
      for (JsonNode rule : group.get("rules")) {
        alerts.add(
            new Alert(
                rule.get("alert").asString(),
                rule.get("expr").asString(),
                rule.at("/annotations/runbook").asString()));
      }
    }
    return alerts;
  }

  /**
   * A configuration of Prometheus.
   *
   * @param place for a person: the file
   */
  record ScrapeConfig(String place, List<String> jobs, int intervalSeconds) {}

  /** Every configuration of Prometheus that the project ships or shows. */
  static List<ScrapeConfig> scrapeConfigs() {
    String documented;
    try {
      Matcher block = YAML_BLOCK.matcher(Files.readString(HOME.resolve("docs/metrics.md")));
      if (!block.find()) {
        throw new IllegalStateException("docs/metrics.md shows no scrape configuration");
      }
      documented = block.group(1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.of(
        scrapeConfig("docs/metrics.md", new YAMLMapper().readTree(documented)),
        scrapeConfig(SCRAPES.toString(), yaml(SCRAPES)));
  }

  private static ScrapeConfig scrapeConfig(String place, JsonNode config) {
    // Without the setting, Prometheus scrapes each minute.
    String interval = config.at("/global/scrape_interval").asString("1m");
    int unit = interval.endsWith("m") ? 60 : 1;
    return new ScrapeConfig(
        place,
        config.get("scrape_configs").findValuesAsString("job_name"),
        unit * Integer.parseInt(interval.substring(0, interval.length() - 1)));
  }

  static JsonNode yaml(Path file) {
    return new YAMLMapper().readTree(file);
  }
}
