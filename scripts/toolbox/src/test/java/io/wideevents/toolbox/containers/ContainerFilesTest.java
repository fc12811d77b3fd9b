package io.wideevents.toolbox.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What must be the same in several files of {@code docker/}, or in them and in the docs. */
class ContainerFilesTest {
  private static final Path DOCKER = MonitoringFiles.HOME.resolve("docker");
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+):-([^}]*)}");

  // Kafka differs, and only one file has Prometheus. The tests do not resolve the references to
  // what services share, so that part is compared too.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/x-settings",
        "/x-process",
        "/services/api-gateway",
        "/services/log-worker",
        "/services/sample",
        "/services/mongodb"
      })
  void service_isTheSameInBothComposeFiles(String part) {
    JsonNode inOneFile = MonitoringFiles.yaml(DOCKER.resolve("docker-compose.zookeeper.yml"));
    JsonNode inTheOther = MonitoringFiles.yaml(DOCKER.resolve("docker-compose.yml"));

    assertThat(inOneFile.at(part).isObject()).isTrue();
    assertThat(inOneFile.at(part)).isEqualTo(inTheOther.at(part));
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
    Properties example = new Properties();
    try (Reader file = Files.newBufferedReader(DOCKER.resolve(".env.example"))) {
      example.load(file);
    }
    Set<Object> used = new TreeSet<>(Set.of("COMPOSE_PROJECT_NAME"));
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

    assertThat(example.keySet()).isEqualTo(used);
    // The name that Compose gives a project by default. Under another name, a copy of the file
    // would
    // hide the existing containers and volumes.
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
}
