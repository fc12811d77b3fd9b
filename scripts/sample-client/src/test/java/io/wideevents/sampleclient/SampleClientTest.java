package io.wideevents.sampleclient;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client in a service that has nothing else on its class path. */
class SampleClientTest {
  @TempDir private Path directory;

  @Test
  void runtimeClassPath_holdsTheProjectsOwnModulesAndSlf4jsApi() throws IOException {
    assertThat(runtimeClassPath().map(SampleClientTest::artifact))
        .containsExactlyInAnyOrder(
            "shared-model", "wide-events-logging", "wide-events-client", "slf4j-api");
  }

  @Test
  void job_leavesItsEventAtTheGateway() throws Exception {
    // Given
    BlockingQueue<String> bodies = new LinkedBlockingQueue<>();
    HttpServer gateway =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    gateway.createContext("/v1/events", exchange -> confirm(exchange, bodies));
    gateway.start();
    try {
      // When
      run(
          Map.of(
              "GATEWAY_URL",
              "http://127.0.0.1:" + gateway.getAddress().getPort(),
              "LOGGING_SAMPLING",
              "rest=all"));

      // Then
      assertThat(bodies).hasSize(1);
      assertThat(bodies.remove())
          .startsWith("[{\"requestId\":\"")
          .contains("\"service\":\"sample-client\"", "\"sample\":{\"answer\":42}")
          .doesNotContain("_ingest", "_summary");
    } finally {
      gateway.stop(0);
    }
  }

  @Test
  void job_leavesItsEventInTheJournalWithoutAGateway() throws Exception {
    Path journal = directory.resolve("journal");

    run(
        Map.of(
            "GATEWAY_URL", "http://127.0.0.1:1",
            "GATEWAY_JOURNAL_DIR", journal.toString(),
            "GATEWAY_CLOSE_TIMEOUT", "1s"));

    try (Stream<Path> files = Files.list(journal)) {
      assertThat(files.filter(file -> file.toString().endsWith(".events")))
          .singleElement()
          .satisfies(file -> assertThat(file).content().contains("\"sample\":{\"answer\":42}"));
    }
  }

  @Test
  void redactionByPattern_isAnInvalidSettingWithoutItsLibrary() throws Exception {
    String output = output(Map.of("EVENT_REDACT_PATTERN", "[0-9]{16}"), 1);

    assertThat(output).contains("com.google.re2j:re2j");
  }

  private static void confirm(HttpExchange exchange, BlockingQueue<String> bodies)
      throws IOException {
    try (exchange) {
      bodies.add(new String(new GZIPInputStream(exchange.getRequestBody()).readAllBytes(), UTF_8));
      byte[] reply = "{\"accepted\":1,\"tier\":\"kafka\"}".getBytes(UTF_8);
      exchange.sendResponseHeaders(202, reply.length);
      exchange.getResponseBody().write(reply);
    }
  }

  private void run(Map<String, String> environment) throws Exception {
    assertThat(output(environment, 0)).doesNotContain("Exception");
  }

  private String output(Map<String, String> environment, int exitCode) throws Exception {
    String classPath =
        Path.of("target", "classes").toAbsolutePath()
            + File.pathSeparator
            + String.join(File.pathSeparator, runtimeClassPath().toList());
    Path output = directory.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                SampleClient.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    boolean ended = process.waitFor(60, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertThat(ended).isTrue();
    String text = Files.readString(output);
    assertThat(process.exitValue()).as(text).isEqualTo(exitCode);
    return text;
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
}
