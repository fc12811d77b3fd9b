package io.wideevents.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A process does not start when no native code can be loaded from the temporary directory. Each
 * process has a test with a static method {@code commands}: the command lines, as lists of words.
 */
@Tag("slow")
public abstract class TemporaryDirectoryContract {
  private final Class<?> main;

  @TempDir private Path directory;

  protected TemporaryDirectoryContract(Class<?> main) {
    this.main = main;
  }

  @ParameterizedTest
  @MethodSource("commands")
  void start_saysThatNoNativeCodeCanBeLoadedFromTheTemporaryDirectory(List<String> command)
      throws Exception {
    // Given a temporary directory that no user can write to, root included: it lies below a file
    Path unusable = Files.createFile(directory.resolve("file")).resolve("tmp");
    Path output = directory.resolve("output");
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + unusable,
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    line.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("KAFKA_BROKER", "127.0.0.1:1");
    builder.environment().put("MONGODB_URI", "mongodb://127.0.0.1:1");

    // When
    Process process = builder.redirectInput(new File("/dev/null")).start();
    boolean ended = process.waitFor(60, TimeUnit.SECONDS);
    process.destroyForcibly();

    // Then
    assertThat(ended).isTrue();
    assertThat(process.exitValue()).isEqualTo(ExitCode.CONFIGURATION);
    assertThat(Files.readString(output))
        .contains("The compression library zstd cannot load its native part from " + unusable)
        .contains("not mounted noexec", "-Djava.io.tmpdir=");
  }
}
