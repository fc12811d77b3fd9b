package io.wideevents.toolbox.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What must be the same in several files of {@code docker/}, or in them and in the docs. */
class ContainerFilesTest {
  private static final Path DOCKER = MonitoringFiles.HOME.resolve("docker");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+):-([^}]*)}");

  // Kafka differs, and Prometheus is not said twice.
  @ParameterizedTest
  @ValueSource(strings = {"api-gateway", "log-worker", "sample", "mongodb"})
  void service_isTheSameInBothComposeFiles(String service) {
    assertThat(services("docker-compose.zookeeper.yml").get(service))
        .isNotNull()
        .isEqualTo(services("docker-compose.yml").get(service));
  }

  @Test
  void images_shareTheirBuildStage() throws IOException {
    Set<String> stages = new HashSet<>();
    for (String process : List.of("api-gateway", "log-worker", "sample")) {
      String dockerfile = Files.readString(DOCKER.resolve(process + ".Dockerfile"));
      int begin = dockerfile.indexOf("FROM maven:");
      int end = dockerfile.indexOf("# ---- end of what is the same.");
      assertThat(end).as(process).isGreaterThan(begin);
      stages.add(dockerfile.substring(begin, end));
    }

    assertThat(stages).hasSize(1);
  }

  @Test
  void exampleEnvironment_hasEveryVariableOfTheComposeFilesWithItsDefault() throws IOException {
    Map<String, String> example = new java.util.TreeMap<>();
    try (Stream<String> lines = Files.lines(DOCKER.resolve(".env.example"))) {
      lines
          .filter(line -> line.matches("[A-Z_]+=.*"))
          .forEach(line -> example.put(line.split("=", 2)[0], line.split("=", 2)[1]));
    }
    Set<String> used = new TreeSet<>(Set.of("COMPOSE_PROJECT_NAME"));
    for (String file : List.of("docker-compose.yml", "docker-compose.zookeeper.yml")) {
      Matcher matcher = VARIABLE.matcher(Files.readString(DOCKER.resolve(file)));
      while (matcher.find()) {
        used.add(matcher.group(1));
        // Empty: the process's own default, which its settings' table is checked for.
        if (!matcher.group(2).isEmpty()) {
          assertThat(example).as(file).containsEntry(matcher.group(1), matcher.group(2));
        }
      }
    }

    assertThat(example.keySet()).containsExactlyElementsOf(used);
    // What Compose calls a project without a name: with another, a copied file hides what was
    // there.
    assertThat(example)
        .containsEntry("COMPOSE_PROJECT_NAME", DOCKER.toRealPath().getFileName().toString());
  }

  @Test
  void alerts_haveASectionOfTheirNameInTheOperationsGuide() throws IOException {
    String guide = Files.readString(MonitoringFiles.HOME.resolve("docs/operations.md"));

    assertThat(MonitoringFiles.alerts())
        .isNotEmpty()
        .allSatisfy(
            alert -> {
              assertThat(alert.runbook())
                  .isEqualTo("docs/operations.md#" + alert.name().toLowerCase(Locale.ROOT));
              assertThat(guide).contains("\n### " + alert.name() + "\n");
            });
  }

  private static Map<?, ?> services(String file) {
    return (Map<?, ?>) MonitoringFiles.yaml(DOCKER.resolve(file)).get("services");
  }
}
