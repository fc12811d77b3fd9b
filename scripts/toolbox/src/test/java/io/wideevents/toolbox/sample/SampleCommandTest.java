package io.wideevents.toolbox.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.toolbox.load.ScriptedGateway;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class SampleCommandTest {
  @TempDir private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void run_postsEverythingAndEndsWithZeroWhenAllWasAccepted() {
    try (ScriptedGateway gateway = new ScriptedGateway()) {
      // When
      int exitCode = run("--url", gateway.url().toString(), "--count", "250", "--batch", "100");

      // Then
      assertThat(exitCode).isZero();
      assertThat(gateway.requests()).hasSize(3);
      assertThat(out.toString()).contains("accepted").contains("250").contains("p99");
    }
  }

  @Test
  void run_endsWithOneWhenSomethingWasRefused() {
    try (ScriptedGateway gateway = new ScriptedGateway()) {
      // Given
      gateway.answer(400, "", "{\"code\":\"malformed_json\"}");

      // When
      int exitCode = run("--url", gateway.url().toString(), "--count", "200", "--batch", "100");

      // Then
      assertThat(exitCode).isEqualTo(1);
      assertThat(out.toString()).contains("malformed_json 100");
    }
  }

  @Test
  void run_writesTheSameFileForTheSameSeedAndStart() throws Exception {
    // Given
    List<String> flags = List.of("--count", "50", "--start", "2026-11-22T09:00:00Z", "--out");
    Path first = directory.resolve("first.ndjson");
    Path second = directory.resolve("second.ndjson");

    // When
    run(with(flags, first.toString()));
    run(with(flags, second.toString(), "--batch", "7"));

    // Then
    assertThat(Files.readAllLines(first)).hasSize(50);
    assertThat(second).hasSameBinaryContentAs(first);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--count=0",
        "--batch=0",
        "--rate=-1",
        "--rate=NaN",
        "--url=here",
        "--start=yesterday",
        "--retries=-1",
        "--concurrency=0",
        "--bogus"
      })
  void run_endsWithTwoAndNamesTheFlagWhenItIsWrong(String flag) {
    assertThat(run(flag)).isEqualTo(2);
    assertThat(err.toString()).contains(flag.replaceFirst("=.*", ""));
  }

  private int run(String... arguments) {
    return new CommandLine(new SampleCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private static String[] with(List<String> flags, String... more) {
    String[] all = flags.toArray(new String[flags.size() + more.length]);
    System.arraycopy(more, 0, all, flags.size(), more.length);
    return all;
  }
}
