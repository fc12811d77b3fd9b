package io.wideevents.toolbox.containers;

import io.wideevents.toolbox.pipeline.ProjectHome;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  static JsonNode dashboard() {
    return new JsonMapper().readTree(DASHBOARD.toFile());
  }

  static Map<?, ?> yaml(Path file) {
    try (Reader reader = Files.newBufferedReader(file)) {
      return new Yaml(new SafeConstructor(new LoaderOptions())).load(reader);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
  }

  private static List<Map<?, ?>> maps(Object list) {
    List<Map<?, ?>> maps = new ArrayList<>();
    for (Object each : (List<?>) list) {
      maps.add((Map<?, ?>) each);
    }
    return maps;
  }
}
