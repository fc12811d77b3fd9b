package io.wideevents.toolbox.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

// A wrong flag is rejected before a server is started. A measurement takes longer than this.
@Timeout(60)
class BenchmarkCommandTest {
  @TempDir private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @CsvSource({
    "gateway --rounds 0, --rounds=0 is less than 1",
    "gateway --seconds 0, --seconds=0 is less than 1",
    "gateway --warm-up 0, --warm-up=0 is less than 1",
    "worker --events 999, --events=999 is less than 1000",
    "batches --rounds 0, --rounds=0 is less than 1",
    "start --rounds 0, --rounds=0 is less than 1",
    "delay --seconds 0, --seconds=0 is less than 1",
    "idle --settle -1, --settle=-1 is less than 0",
    "codec --seconds 0, --seconds=0 is less than 1",
    "gateway --rate 0, --rate=0.0 is not positive",
    "gateway --rate NaN, --rate=NaN is not positive",
    "gateway --rounds x, Invalid value for option '--rounds'",
    "targets --rounds 3, Unknown options"
  })
  void run_rejectsAWrongFlagBeforeItStartsAServer(String arguments, String message) {
    assertThat(run(arguments.split(" "))).isEqualTo(2);
    assertThat(err.toString()).startsWith(message).doesNotContain("Starting");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void run_namesTheMeasurementsWhenNoneIsGiven() {
    assertThat(run("--json")).isEqualTo(2);
    assertThat(err.toString()).startsWith("Name the measurement: targets, gateway, worker");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--json", "--svg"})
  void run_rejectsADirectoryThatDoesNotExist(String flag) {
    String path = directory.resolve("missing/result").toString();

    assertThat(run("codec", flag, path)).isEqualTo(2);
    assertThat(err.toString()).startsWith(flag + "=" + path + ": cannot write into the directory");
  }

  @Test
  void run_takesJsonWithoutAFileBeforeAMeasurement() {
    assertThat(run("--json", "codec", "--seconds", "0")).isEqualTo(2);
    assertThat(err.toString()).startsWith("--seconds=0 is less than 1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "targets", "gateway", "worker", "start", "delay", "idle", "codec", "ack", "replay",
        "batches"
      })
  void help_explainsEachMeasurement(String name) {
    assertThat(run(name, "--help")).isZero();
    assertThat(out.toString()).startsWith("Usage: benchmark " + name).contains("--json", "--svg");
  }

  private int run(String... arguments) {
    return new CommandLine(new BenchmarkCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
