package io.wideevents.sample;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library in a service that has nothing else on its class path. */
class SampleServiceTest {
  @TempDir private Path directory;

  @Test
  void runtimeClassPath_holdsNoWebServerCommandLineLogbackOrKeyManagement() throws IOException {
    assertThat(runtimeClassPath().map(SampleServiceTest::artifact))
        .containsExactlyInAnyOrder(
            "shared-model",
            "wide-events-delivery",
            "wide-events-logging",
            "wide-events-in-process",
            // Kafka's client, with its compression libraries
            "kafka-clients",
            "zstd-jni",
            "lz4-java",
            "snappy-java",
            // MongoDB's driver
            "mongodb-driver-reactivestreams",
            "mongodb-driver-core",
            "bson",
            "bson-record-codec",
            "reactor-core",
            "reactive-streams",
            "jspecify",
            // JSON, patterns, the circuit breaker and logging's API
            "jackson-core",
            "re2j",
            "resilience4j-circuitbreaker",
            "resilience4j-core",
            "slf4j-api");
  }

  @Test
  void job_leavesItsEventInTheSpoolWhenNeitherKafkaNorMongoDbIsThere() throws Exception {
    // Given
    String classPath =
        Path.of("target", "classes").toAbsolutePath()
            + File.pathSeparator
            + String.join(File.pathSeparator, runtimeClassPath().toList());
    Path output = directory.resolve("output");
    Path spool = directory.resolve("spool");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                SampleService.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("KAFKA_BROKER", "127.0.0.1:1");
    builder.environment().put("MONGODB_URI", "mongodb://127.0.0.1:1");
    builder.environment().put("SPOOL_DIR", spool.toString());

    // When
    Process process = builder.start();
    boolean ended = process.waitFor(60, TimeUnit.SECONDS);
    process.destroyForcibly();

    // Then
    assertThat(ended).isTrue();
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    // Perhaps twice, under one id: by the tiers, and by the close that did not wait for them.
    assertThat(contents(spool).contains("\"sample\":{\"answer\":42}")).isTrue();
  }

  private static Stream<String> runtimeClassPath() throws IOException {
    String text = Files.readString(Path.of("target", "runtime-class-path")).strip();
    return List.of(text.split(File.pathSeparator)).stream();
  }

  /** The artifact of a jar, or of a module that is not packed yet. */
  private static String artifact(String entry) {
    Path path = Path.of(entry);
    if (Files.isDirectory(path)) {
      String module = path.getParent().getParent().getFileName().toString();
      return module.equals("shared-model") ? module : "wide-events-" + module;
    }
    return path.getFileName().toString().replaceFirst("-\\d.*", "");
  }

  private static String contents(Path spool) throws IOException {
    try (Stream<Path> files = Files.walk(spool)) {
      StringBuilder contents = new StringBuilder();
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.append(new String(Files.readAllBytes(file), ISO_8859_1));
      }
      return contents.toString();
    }
  }
}
