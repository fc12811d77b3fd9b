package io.wideevents.toolbox.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

// Refused is what nothing was started for; a comparison takes longer than this.
@Timeout(60)
class CompareLatencyCommandTest {
  @TempDir private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void run_refusesADrawingThatCannotBeWrittenBeforeItMeasures() {
    Path nowhere = directory.resolve("missing/latency.svg");

    int exitCode = run("--quick", "--svg", nowhere.toString());

    assertThat(exitCode).isEqualTo(2);
    assertThat(err.toString()).startsWith("--svg=" + nowhere + " cannot be written: ");
    assertThat(err.toString()).doesNotContain("Starting");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void run_refusesADirectoryAsADrawing() {
    int exitCode = run("--quick", "--svg", directory.toString());

    assertThat(exitCode).isEqualTo(2);
    assertThat(err.toString()).startsWith("--svg=" + directory + " cannot be written: ");
  }

  @Test
  void run_leavesTheDrawingAsItIsWhenAnotherFlagIsWrong() throws Exception {
    Path drawing = Files.writeString(directory.resolve("latency.svg"), "<svg/>");

    int exitCode = run("--rate", "0", "--svg", drawing.toString());

    assertThat(exitCode).isEqualTo(2);
    assertThat(err.toString()).startsWith("--rate=0.0 is not 1 to 10000");
    assertThat(drawing).hasContent("<svg/>");
  }

  private int run(String... arguments) {
    return new CommandLine(new CompareLatencyCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
