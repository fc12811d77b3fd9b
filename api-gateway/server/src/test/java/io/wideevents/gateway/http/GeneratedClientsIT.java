package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wideevents.event.Tier;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that openapi-generator makes from the served documents. The build copies the generator
 * and the libraries of its Java client to {@code target/client-generator}.
 */
@Timeout(900)
class GeneratedClientsIT {
  private static final Path GENERATOR = Path.of("target", "client-generator");

  @TempDir private Path directory;
  private final TestServer server = new TestServer();

  @BeforeEach
  void saveTheDocuments() throws IOException {
    Files.createDirectory(directory.resolve("schemas"));
    Files.writeString(directory.resolve("openapi.yaml"), server.get("/openapi.yaml").body());
    Files.writeString(
        directory.resolve("schemas/event.json"), server.get("/schemas/event.json").body());
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void javaClient_compilesAndPostsEventsWithFieldsOfItsOwn() throws Exception {
    // Given
    generate("java", "--library", "native", "--additional-properties=openApiNullable=false");
    Path main = directory.resolve("GeneratedClientMain.java");
    try (InputStream in = getClass().getResourceAsStream("GeneratedClientMain.java.txt")) {
      Files.copy(Objects.requireNonNull(in), main);
    }
    List<String> sources = new ArrayList<>(List.of(main.toString()));
    try (Stream<Path> generated = Files.walk(directory.resolve("java/src/main/java"))) {
      generated.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(sources::add);
    }
    String libraries =
        Arrays.stream(Objects.requireNonNull(GENERATOR.toFile().listFiles()))
            .filter(jar -> !jar.getName().startsWith("openapi-generator"))
            .map(File::getAbsolutePath)
            .collect(Collectors.joining(File.pathSeparator));
    String classes = directory.resolve("classes").toString();
    List<String> compile =
        new ArrayList<>(List.of(jdk("javac"), "-nowarn", "-d", classes, "-cp", libraries));
    compile.addAll(sources);

    // When
    run(directory, compile);
    String path = classes + File.pathSeparator + libraries;
    String output =
        run(
            directory,
            List.of(jdk("java"), "-cp", path, "GeneratedClientMain", server.uri("").toString()));

    // Then
    assertThat(output).contains("2 kafka 2");
    List<BsonDocument> stored =
        server.logger.calls().getLast().stream()
            .map(event -> BsonDocument.parse(event.document(Tier.KAFKA).bson().toJson()))
            .toList();
    assertThat(stored.get(0).getDocument("cart").getInt32("items").getValue()).isEqualTo(3);
    assertThat(stored.get(0).getDocument("user").getString("id").getValue()).isEqualTo("u-1");
    assertThat(stored.get(1).getDocument("user").getInt32("id").getValue()).isEqualTo(4711);
    assertThat(stored.get(1).getDocument("error").getString("code").getValue()).isEqualTo("E1");
  }

  @Test
  void goClient_compiles() throws Exception {
    assumeTrue(isOnPath("go"), "there is no go");
    generate("go", "--additional-properties=disallowAdditionalPropertiesIfNotPresent=false");
    Path client = directory.resolve("go");
    // The generated tests need another library.
    run(client, List.of("rm", "-rf", "test"));

    run(client, List.of("go", "build", "-mod=mod", "./..."));
    run(client, List.of("go", "vet", "-mod=mod", "./..."));
  }

  private void generate(String language, String... options) throws Exception {
    Path jar = GENERATOR.resolve("openapi-generator-cli.jar").toAbsolutePath();
    assertThat(jar).as("copied by the Maven build").exists();
    List<String> command =
        new ArrayList<>(
            List.of(jdk("java"), "-jar", jar.toString(), "generate", "-i", "openapi.yaml"));
    command.addAll(List.of("-g", language, "-o", language));
    command.addAll(List.of(options));
    run(directory, command);
  }

  private static String jdk(String tool) {
    return Path.of(System.getProperty("java.home"), "bin", tool).toString();
  }

  private static boolean isOnPath(String tool) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
  }

  /** Runs a command to its end and returns its output. */
  private String run(Path folder, List<String> command) throws Exception {
    Path log = Files.createTempFile(directory, "output", ".log");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      boolean hasEnded = process.waitFor(400, TimeUnit.SECONDS);
      String output = Files.readString(log, UTF_8);
      assertThat(hasEnded).as("%s ends: %s", command.getFirst(), output).isTrue();
      assertThat(process.exitValue()).as("%s: %s", command.getFirst(), output).isZero();
      return output;
    } finally {
      process.destroyForcibly();
    }
  }
}
