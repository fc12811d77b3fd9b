package io.wideevents.toolbox.containers;

import io.wideevents.toolbox.pipeline.ProjectHome;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

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
    for (JsonNode panel : dashboard().path("panels")) {
      for (JsonNode target : panel.path("targets")) {
        queries.add(
            new Query("panel " + panel.path("title").asString(), target.path("expr").asString()));
      }
    }
    return queries;
  }

  static List<Alert> alerts() {
    List<Alert> alerts = new ArrayList<>();
    for (Map<?, ?> group : maps(yaml(RULES).get("groups"))) {
      for (Map<?, ?> rule : maps(group.get("rules"))) {
        Map<?, ?> annotations = (Map<?, ?>) rule.get("annotations");
        alerts.add(
            new Alert(
                String.valueOf(rule.get("alert")),
                String.valueOf(rule.get("expr")),
                String.valueOf(annotations.get("runbook"))));
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
        scrapeConfig("docs/metrics.md", yaml(new StringReader(documented))),
        scrapeConfig(SCRAPES.toString(), yaml(SCRAPES)));
  }

  private static ScrapeConfig scrapeConfig(String place, Map<?, ?> config) {
    // What Prometheus takes without the setting.
    String interval = "1m";
    if (config.get("global") instanceof Map<?, ?> global
        && global.get("scrape_interval") instanceof String given) {
      interval = given;
    }
    int unit = interval.endsWith("m") ? 60 : 1;
    return new ScrapeConfig(
        place,
        maps(config.get("scrape_configs")).stream()
            .map(job -> String.valueOf(job.get("job_name")))
            .toList(),
        unit * Integer.parseInt(interval.substring(0, interval.length() - 1)));
  }

  static JsonNode dashboard() {
    return new JsonMapper().readTree(DASHBOARD.toFile());
  }

  static Map<?, ?> yaml(Path file) {
    try (Reader reader = Files.newBufferedReader(file)) {
      return yaml(reader);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
  }

  private static Map<?, ?> yaml(Reader reader) {
    return new Yaml(new SafeConstructor(new LoaderOptions())).load(reader);
  }

  private static List<Map<?, ?>> maps(Object list) {
    List<Map<?, ?>> maps = new ArrayList<>();
    for (Object each : (List<?>) list) {
      maps.add((Map<?, ?>) each);
    }
    return maps;
  }
}
