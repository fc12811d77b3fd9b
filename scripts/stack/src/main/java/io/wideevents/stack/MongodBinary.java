package io.wideevents.stack;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** Finds the program {@code mongod}. */
public final class MongodBinary {
  private MongodBinary() {}

  /**
   * The file that {@code MONGOD} names, else the first {@code mongod} on the {@code PATH}.
   *
   * @throws IllegalArgumentException if {@code MONGOD} names something that cannot be run
   */
  public static Optional<Path> find(Map<String, String> environment) {
    String named = environment.getOrDefault("MONGOD", "");
    if (!named.isBlank()) {
      Path binary = Path.of(named);
      if (!isProgram(binary)) {
        throw new IllegalArgumentException(
            "MONGOD=%s is not a program that can be run; use for example /usr/bin/mongod"
                .formatted(named));
      }
      return Optional.of(binary);
    }
    return Arrays.stream(environment.getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(directory -> !directory.isBlank())
        .map(directory -> Path.of(directory, "mongod"))
        .filter(MongodBinary::isProgram)
        .findFirst();
  }

  private static boolean isProgram(Path file) {
    return Files.isRegularFile(file) && Files.isExecutable(file);
  }
}
