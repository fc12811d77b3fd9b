package io.wideevents.stack;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;

/**
 * Reports which servers the tests of a JVM used. Prints a line, and adds the line to the file
 * {@code TEST_STACK_REPORT}. A build with many JVMs summarises this file.
 */
final class StackReport {
  private final Optional<Path> file;

  private StackReport(Optional<Path> file) {
    this.file = file;
  }

  static StackReport of(Map<String, String> environment) {
    String file = environment.getOrDefault("TEST_STACK_REPORT", "");
    return new StackReport(file.isBlank() ? Optional.empty() : Optional.of(Path.of(file)));
  }

  /**
   * Adds a line.
   *
   * @param what the server, for example Kafka
   * @param source how the server was provided
   * @throws UncheckedIOException if the file cannot be written
   */
  void add(String what, String source) {
    String line = "%s: %s%n".formatted(what, source.lines().findFirst().orElse(""));
    System.out.print("[TestStack] " + line);
    file.ifPresent(
        path -> {
          try {
            // One small write, because several JVMs of a build may add lines at the same time.
            Files.writeString(
                path, line, UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
          } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + path, e);
          }
        });
  }
}
