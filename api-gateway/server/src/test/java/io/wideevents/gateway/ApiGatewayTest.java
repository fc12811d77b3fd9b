package io.wideevents.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.process.ExitCode;
import io.wideevents.process.ProcessMain;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command line, up to where the gateway would begin to run. */
class ApiGatewayTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void wrongFlags_areAllReportedAtOnce() {
    assertThat(run("--http-port", "99999", "--http-host", "0.0.0.0", "--mq-type", "rabbit"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString())
        .contains("HTTP_PORT=99999 is outside 0 to 65535")
        .contains("HTTP_HOST=0.0.0.0 is not loopback")
        .contains("MQ_TYPE=rabbit is not one of kafka");
  }

  @Test
  void unknownFlags_areUsageErrors() {
    assertThat(run("--http-prot", "1")).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--http-prot");
  }

  @Test
  void printConfig_tellsWhatIsInEffectAndEnds() {
    assertThat(run("--print-config", "--http-port", "0")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).contains("HTTP_PORT=0  # flag").contains("MQ_ENABLED=true");
  }

  @Test
  void spoolDirectory_thatCannotBeUsedIsAConfigurationError(@TempDir Path directory)
      throws IOException {
    Path file = Files.writeString(directory.resolve("spool"), "not a directory");

    assertThat(run("--spool-dir", file.toString(), "--http-port", "0"))
        .isEqualTo(ExitCode.CONFIGURATION);
    assertThat(err.toString()).contains(file.toString()).contains("SPOOL_DIR");
  }

  private int run(String... arguments) {
    CommandLine commandLine =
        ApiGateway.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    return ProcessMain.execute(commandLine, ApiGateway.class, arguments);
  }
}
