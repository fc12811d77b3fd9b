package io.wideevents.toolbox.pipeline;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The launchers in a copy of the project, with a JDK that only prints its arguments. */
@Timeout(60)
@Execution(ExecutionMode.CONCURRENT)
class LauncherTest {
  private static final Path PROJECT = ProjectHome.find().path();

  // A recording makes its file, and then waits as a gateway does. The file "slow" makes it wait for
  // longer than a test.
  private static final String JAVA =
      """
      #!/bin/sh
      jdk=$(dirname "$(dirname "$0")")
      made=
      case "$*" in
        *-XX:AOTMode=create*) made=${*#*-XX:AOTCache=} ;;
        *-XX:AOTMode=record*) recorded=${*#*-XX:AOTConfiguration=} ;;
        *-XX:AOTCacheOutput=*) recorded=${*#*-XX:AOTCacheOutput=} ;;
        *SampleCommand*)
          printf '%s ' "$@" >"$jdk/samples"
          if [ -e "$jdk/slow-samples" ]; then
            echo $$ >"$jdk/samples.pid"
            exec sleep 300
          fi
          exit
          ;;
        *)
          printf '%s ' "$@"
          exit
          ;;
      esac
      if [ -n "$made" ]; then
        echo made >"${made%% *}"
        exit
      fi
      echo recorded >>"$jdk/recordings"
      if [ -e "$jdk/slow" ]; then
        echo $$ >"$jdk/recording.pid"
        exec sleep 300
      fi
      sleep 300 &
      trap 'kill $!; echo recorded >"${recorded%% *}"; exit 0' TERM
      echo Listening on http://127.0.0.1:1234
      wait
      """;

  @TempDir private Path directory;
  private Path jdk;

  @BeforeEach
  void copyProject() throws IOException {
    for (String file :
        List.of(
            "scripts/api-gateway",
            "scripts/log-worker",
            "scripts/sample",
            "scripts/lib/common.sh",
            "scripts/lib/service.sh",
            "scripts/lib/toolbox.sh")) {
      Path copy = directory.resolve(file);
      Files.createDirectories(copy.getParent());
      Files.copy(PROJECT.resolve(file), copy);
    }
    for (String target : List.of("api-gateway/server/target", "log-worker/target")) {
      executable(target + "/lib/library.jar", "build 1");
    }
    executable("api-gateway/server/target/api-gateway.jar", "build 1");
    executable("log-worker/target/log-worker.jar", "build 1");
    jdk = directory.resolve("jdk");
    executable("jdk/release", "JAVA_VERSION=\"25.0.1\"\n");
    executable("jdk/bin/java", JAVA);
  }

  @ParameterizedTest
  @ValueSource(strings = {"api-gateway", "log-worker"})
  void launcher_leavesNoJvmWhenItEndsWhileAStartIsRecorded(String launcher) throws Exception {
    executable("jdk/slow", "");
    Process launched = launch(directory.resolve("scripts/" + launcher), Map.of(), List.of());
    Path pid = jdk.resolve("recording.pid");
    await().until(() -> Files.exists(pid) && !read(pid).isBlank());
    ProcessHandle jvm = ProcessHandle.of(Long.parseLong(read(pid).strip())).orElseThrow();

    launched.destroy();

    try {
      assertThat(launched.waitFor(30, SECONDS)).isTrue();
      assertThat(launched.exitValue()).isEqualTo(143);
      await().until(() -> !jvm.isAlive());
      try (Stream<Path> left = Files.list(directory.resolve("tmp"))) {
        assertThat(left).isEmpty();
      }
    } finally {
      jvm.destroyForcibly();
    }
  }

  @Test
  void launcher_recordsAStartOnceForABuildAndAService() throws Exception {
    for (String launcher : List.of("api-gateway", "log-worker", "api-gateway", "log-worker")) {
      assertThat(output(launcher, Map.of(), List.of()))
          .contains("-XX:AOTCache=" + directory.resolve(".run/" + launcher + "-"));
    }

    assertThat(Files.readAllLines(jdk.resolve("recordings"))).hasSize(2);
  }

  @Test
  void gateway_recordsAStartWithPosts() throws Exception {
    buildToolbox();

    assertThat(output("api-gateway", Map.of(), List.of())).contains("-XX:AOTCache=");

    assertThat(read(jdk.resolve("samples"))).contains("--url http://127.0.0.1:1234 ");
  }

  @Test
  void launcher_leavesNoJvmWhenItEndsWhilePostsAreRecorded() throws Exception {
    buildToolbox();
    executable("jdk/slow-samples", "");
    Process launched = launch(directory.resolve("scripts/api-gateway"), Map.of(), List.of());
    Path pid = jdk.resolve("samples.pid");
    await().until(() -> Files.exists(pid) && !read(pid).isBlank());
    ProcessHandle load = ProcessHandle.of(Long.parseLong(read(pid).strip())).orElseThrow();

    launched.destroy();

    try {
      assertThat(launched.waitFor(30, SECONDS)).isTrue();
      await().until(() -> !load.isAlive());
    } finally {
      load.destroyForcibly();
    }
  }

  @Test
  void launcher_leavesNoPartOfACacheThatDoesNotFitOnTheDisk() throws Exception {
    executable("jdk/bin/mv", "#!/bin/sh\necho part >\"$2\"\nexit 1\n");

    assertThat(output("api-gateway", Map.of(), List.of())).doesNotContain("-XX:AOTCache=");

    try (Stream<Path> left = Files.list(directory.resolve(".run"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void worker_recordsNoStartForACommandOfAnOperator() throws Exception {
    assertThat(output("log-worker", Map.of(), List.of("lag"))).doesNotContain("-XX:AOTCache=");
    assertThat(output("log-worker", Map.of(), List.of("run"))).contains("-XX:AOTCache=");

    assertThat(output("log-worker", Map.of(), List.of("lag"))).contains("-XX:AOTCache=");
  }

  // A JVM loads the classes of the cache, even if the jar has others of the same size and time.
  // Unpacked archives have old times.
  @ParameterizedTest
  @CsvSource({
    "api-gateway, api-gateway/server/target/api-gateway.jar",
    "api-gateway, api-gateway/server/target/lib/library.jar",
    "log-worker, log-worker/target/log-worker.jar",
    "log-worker, log-worker/target/lib/library.jar"
  })
  void launcher_recordsAgainWhenAJarWasReplacedByOneOfTheSameSizeAndTime(
      String launcher, String file) throws Exception {
    Path jar = directory.resolve(file);
    FileTime time = FileTime.from(Instant.EPOCH);
    Files.setLastModifiedTime(jar, time);
    output(launcher, Map.of(), List.of());
    Files.writeString(jar, "build 2");
    Files.setLastModifiedTime(jar, time);

    assertThat(output(launcher, Map.of(), List.of())).contains("-XX:AOTCache=");

    assertThat(Files.readAllLines(jdk.resolve("recordings"))).hasSize(2);
    try (Stream<Path> caches = Files.list(directory.resolve(".run"))) {
      assertThat(caches).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "api-gateway, JAVA_OPTS",
    "api-gateway, JDK_JAVA_OPTIONS",
    "api-gateway, JAVA_TOOL_OPTIONS",
    "log-worker, JAVA_OPTS",
    "log-worker, JDK_JAVA_OPTIONS",
    "log-worker, JAVA_TOOL_OPTIONS"
  })
  void launcher_leavesTheCollectorToTheEnvironment(String launcher, String variable)
      throws Exception {
    String given = output(launcher, Map.of(variable, "-Xlog:gc -XX:+UseParallelGC"), List.of());

    assertThat(output(launcher, Map.of(), List.of())).contains("-XX:+UseSerialGC");
    assertThat(given).doesNotContain("-XX:+UseSerialGC");
  }

  // A JVM does not start if -Xms is larger than -Xmx. An -Xmx of the command line wins against
  // those
  // in JDK_JAVA_OPTIONS.
  @ParameterizedTest
  @CsvSource({
    "JAVA_OPTS, -Xms512m",
    "JAVA_OPTS, -Xmx16m",
    "JAVA_OPTS, -XX:MaxRAMPercentage=50",
    "JAVA_OPTS, -XX:MaxHeapSize=1g",
    "JDK_JAVA_OPTIONS, -Xmx1g",
    "JAVA_TOOL_OPTIONS, -Xmx1g",
    "MQ_HELD_MAX_BYTES, 256MiB"
  })
  void worker_leavesTheHeapToTheEnvironment(String variable, String value) throws Exception {
    String given = output("log-worker", Map.of(variable, value), List.of());

    assertThat(output("log-worker", Map.of(), List.of())).contains("-Xms24m -Xmx160m");
    assertThat(given).doesNotContain("-Xms24m").doesNotContain("-Xmx160m");
  }

  @ParameterizedTest
  @CsvSource({
    "JAVA_OPTS, -Xmx16m",
    "JAVA_OPTS, -XX:MaxRAMPercentage=50",
    "JDK_JAVA_OPTIONS, -Xms1g",
    "JAVA_TOOL_OPTIONS, -Xmx1g"
  })
  void gateway_leavesTheHeapToTheEnvironment(String variable, String value) throws Exception {
    String given = output("api-gateway", Map.of(variable, value), List.of());

    assertThat(output("api-gateway", Map.of(), List.of())).contains("-Xms112m -XX:NewSize=96m");
    assertThat(given).doesNotContain("-Xms112m").doesNotContain("-XX:NewSize");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--held-max-bytes=256MiB", "--held-max-bytes"})
  void worker_leavesTheHeapToItsArguments(String argument) throws Exception {
    assertThat(output("log-worker", Map.of(), List.of(argument))).doesNotContain("-Xmx160m");
  }

  private void buildToolbox() throws IOException {
    executable("scripts/toolbox/target/toolbox.jar", "build 1");
    executable("scripts/stack/target/stack.jar", "build 1");
  }

  private Path executable(String file, String content) throws IOException {
    Path path = directory.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    return path;
  }

  private String output(String launcher, Map<String, String> environment, List<String> arguments)
      throws Exception {
    return output(directory.resolve("scripts").resolve(launcher), environment, arguments);
  }

  private String output(Path script, Map<String, String> environment, List<String> arguments)
      throws Exception {
    Process process = launch(script, environment, arguments);
    assertThat(process.waitFor(30, SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return read(directory.resolve("out"));
  }

  private Process launch(Path script, Map<String, String> environment, List<String> arguments)
      throws IOException {
    Path temporary = Files.createDirectories(directory.resolve("tmp"));
    ProcessBuilder builder = new ProcessBuilder(script.toString());
    builder.command().addAll(arguments);
    builder
        .environment()
        .keySet()
        .removeAll(
            List.of("JAVA_OPTS", "JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "MQ_HELD_MAX_BYTES"));
    builder.environment().put("JAVA_HOME", jdk.toString());
    builder.environment().merge("PATH", jdk + "/bin:", (path, first) -> first + path);
    builder.environment().put("TMPDIR", temporary.toString());
    builder.environment().putAll(environment);
    return builder
        .redirectOutput(directory.resolve("out").toFile())
        .redirectError(directory.resolve("err").toFile())
        .start();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
