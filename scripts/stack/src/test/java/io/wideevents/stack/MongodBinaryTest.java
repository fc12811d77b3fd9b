package io.wideevents.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MongodBinaryTest {
  @TempDir private Path directory;

  @Test
  void find_takesTheFirstProgramOnThePath() throws IOException {
    // Given
    Path empty = Files.createDirectory(directory.resolve("empty"));
    Path first = Files.createDirectory(directory.resolve("first"));
    Path second = Files.createDirectory(directory.resolve("second"));
    Path wanted = program(first);
    program(second);
    String path = String.join(File.pathSeparator, "" + empty, "" + first, "" + second);

    // When / Then
    assertThat(MongodBinary.find(Map.of("PATH", path))).contains(wanted);
  }

  @Test
  void find_takesTheNamedProgramBeforeThePath() throws IOException {
    // Given
    Path named = program(Files.createDirectory(directory.resolve("named")));
    Path other = Files.createDirectory(directory.resolve("other"));
    program(other);

    // When / Then
    assertThat(MongodBinary.find(Map.of("MONGOD", "" + named, "PATH", "" + other))).contains(named);
  }

  @Test
  void find_isEmptyWhenNoProgramIsThere() throws IOException {
    // Given: a file of that name which is no program
    Files.createFile(directory.resolve("mongod"));

    // When / Then
    assertThat(MongodBinary.find(Map.of("PATH", directory.toString()))).isEmpty();
  }

  @Test
  void find_refusesANameThatIsNoProgram() {
    Map<String, String> environment = Map.of("MONGOD", directory.resolve("none").toString());

    assertThatThrownBy(() -> MongodBinary.find(environment))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("MONGOD=");
  }

  private static Path program(Path directory) throws IOException {
    Path file = Files.createFile(directory.resolve("mongod"));
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }
}
