package io.wideevents.delivery.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.wideevents.delivery.spool.SpoolUnavailableException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolDirectoryTest {
  @TempDir Path directory;

  @Test
  void take_makesTheDirectory() {
    Path nested = directory.resolve("var").resolve("spool");

    try (SpoolDirectory taken = SpoolDirectory.take(nested)) {
      assertThat(taken.path()).isDirectory();
    }
  }

  @Test
  void take_refusesADirectoryInUseAndNamesTheHolder() {
    try (SpoolDirectory first = SpoolDirectory.take(directory)) {
      assertThatExceptionOfType(SpoolUnavailableException.class)
          .isThrownBy(() -> SpoolDirectory.take(first.path()))
          .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.LOCKED))
          .withMessageContaining(directory.toString())
          .withMessageContaining("process " + ProcessHandle.current().pid());
    }
  }

  @Test
  void take_leavesTheHolderItsLockWhenItRefusesTheSameProcess() throws Exception {
    try (SpoolDirectory first = SpoolDirectory.take(directory)) {
      assertThatExceptionOfType(SpoolUnavailableException.class)
          .isThrownBy(() -> SpoolDirectory.take(first.path()));
      assertThatExceptionOfType(SpoolUnavailableException.class)
          .isThrownBy(() -> SpoolDirectory.take(first.path().resolve("..").resolve(name())));

      // Then the system has not forgotten it
      assertThat(OtherProcess.take(directory)).isEqualTo(OtherProcess.LOCKED);
    }
    assertThat(OtherProcess.take(directory)).isEqualTo(OtherProcess.TAKEN);
  }

  private Path name() {
    return directory.getFileName();
  }

  /** Another process that wants the directory. */
  static final class OtherProcess {
    static final int TAKEN = 0;
    static final int LOCKED = 10;

    private OtherProcess() {}

    public static void main(String[] arguments) {
      try {
        SpoolDirectory.take(Path.of(arguments[0])).close();
      } catch (SpoolUnavailableException e) {
        System.exit(LOCKED);
      }
    }

    static int take(Path directory) throws Exception {
      return new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-cp",
              System.getProperty("java.class.path"),
              OtherProcess.class.getName(),
              directory.toString())
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    }
  }

  @Test
  void take_takesADirectoryThatWasReleased() {
    SpoolDirectory.take(directory).close();

    try (SpoolDirectory taken = SpoolDirectory.take(directory)) {
      assertThat(taken.path()).isEqualTo(directory);
    }
  }

  @Test
  void take_refusesAPathThatCannotBeWritten() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));

    assertThatExceptionOfType(SpoolUnavailableException.class)
        .isThrownBy(() -> SpoolDirectory.take(file.resolve("spool")))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NOT_WRITABLE))
        .withMessageContaining("name a directory this user may write to");
  }
}
