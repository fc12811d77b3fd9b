package io.wideevents.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.process.ProcessMain;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class LogWorkerTest {
  private static final int SCREEN_LINES = 24;

  @Test
  void help_listsEveryCommandOnTheFirstScreen() {
    CommandLine commandLine = LogWorker.commandLine();
    StringWriter out = new StringWriter();
    commandLine.setOut(new PrintWriter(out));

    ProcessMain.execute(commandLine, LogWorker.class, "--help");

    List<String> screen = out.toString().lines().limit(SCREEN_LINES).toList();
    assertThat(commandLine.getSubcommands().keySet())
        .contains("search", "doctor")
        .allSatisfy(
            name -> assertThat(screen).anyMatch(line -> line.matches("  " + name + " +\\w.*")));
  }
}
