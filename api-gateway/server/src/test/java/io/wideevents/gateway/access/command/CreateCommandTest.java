package io.wideevents.gateway.access.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.process.ExitCode;
import io.wideevents.process.ProcessMain;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CreateCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path directory;

  @Test
  void create_printsTheKeyAloneAndTheLineBeside() throws Exception {
    assertThat(run("--name", "shop", "--scope", "admin", "--scope", "ingest"))
        .isEqualTo(ExitCode.OK);

    String key = out.toString().strip();
    assertThat(key).matches("wide_[A-Za-z0-9_-]{43}");
    String hash =
        HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
    assertThat(err.toString()).contains("shop:" + hash + ":ingest,admin").doesNotContain(key);
  }

  @Test
  void create_writesTheIntakeIntoTheLine() {
    assertThat(run("--name", "shop", "--intake", "lenient;nest;service=web"))
        .isEqualTo(ExitCode.OK);

    assertThat(err.toString()).contains(":ingest:lenient;nest;service=web");
  }

  @Test
  void create_rejectsAnUnknownIntake() {
    assertThat(run("--name", "shop", "--intake", "loose")).isEqualTo(ExitCode.USAGE);

    assertThat(err.toString()).contains("--intake=loose is neither strict nor lenient");
  }

  @Test
  void create_makesAnotherKeyEachTime() {
    run("--name", "shop");
    run("--name", "shop");

    assertThat(out.toString().lines().distinct()).hasSize(2);
  }

  @Test
  void append_addsTheLineForItsOwnerAlone() throws IOException {
    Path file = directory.resolve("keys");

    assertThat(run("--name", "shop", "--append", file.toString())).isEqualTo(ExitCode.OK);
    Files.writeString(
        file, "# written by hand, no line end", java.nio.file.StandardOpenOption.APPEND);
    assertThat(run("--name", "till", "--append", file.toString())).isEqualTo(ExitCode.OK);

    assertThat(Files.readAllLines(file))
        .satisfiesExactly(
            line -> assertThat(line).startsWith("shop:").endsWith(":ingest"),
            line -> assertThat(line).startsWith("# written"),
            line -> assertThat(line).startsWith("till:"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void append_refusesANameThatIsTakenAndLeavesTheFileAlone() throws IOException {
    Path file = directory.resolve("keys");
    run("--name", "shop", "--append", file.toString());
    String before = Files.readString(file);
    out.getBuffer().setLength(0);

    assertThat(run("--name", "shop", "--append", file.toString()))
        .isEqualTo(ExitCode.CONFIGURATION);

    assertThat(err.toString()).contains("line 2 has the name of line 1");
    assertThat(out.toString()).isEmpty();
    assertThat(Files.readString(file)).isEqualTo(before);
  }

  @Test
  void append_tellsThatTheDirectoryIsAbsent() {
    Path file = directory.resolve("etc/keys");

    assertThat(run("--name", "shop", "--append", file.toString()))
        .isEqualTo(ExitCode.CONFIGURATION);

    assertThat(err.toString())
        .contains("No key was made: there is no directory " + file.getParent())
        .doesNotContain("Exception");
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--name=a:b", "--name=", "--name=-x", "--name=shop --scope=everything", ""})
  void wrongArguments_areUsageErrors(String arguments) {
    assertThat(run(arguments.isEmpty() ? new String[0] : arguments.split(" ")))
        .isEqualTo(ExitCode.USAGE);
    assertThat(out.toString()).isEmpty();
  }

  private int run(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "create";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return ProcessMain.execute(
        KeysCommand.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true)),
        CreateCommandTest.class,
        all);
  }
}
