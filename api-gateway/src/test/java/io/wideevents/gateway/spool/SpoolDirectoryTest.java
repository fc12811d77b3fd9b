package io.wideevents.gateway.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.wideevents.gateway.spool.SpoolUnavailableException.Reason;
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
