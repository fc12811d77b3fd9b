package io.wideevents.toolbox.pipeline;

import io.wideevents.stack.ChildProcess;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The directory of the project's checkout.
 *
 * @param path absolute
 */
public record ProjectHome(Path path) {
  private static final String LAUNCHER = "scripts/api-gateway";

  /**
   * Finds the project in which these classes were built.
   *
   * @throws IllegalStateException if the classes are not inside a project
   */
  public static ProjectHome find() {
    Path classes = codeSource();
    for (Path candidate = classes; candidate != null; candidate = candidate.getParent()) {
      if (Files.isExecutable(candidate.resolve(LAUNCHER))) {
        return new ProjectHome(candidate);
      }
    }
    throw new IllegalStateException("No %s in any directory above %s".formatted(LAUNCHER, classes));
  }

  /** The launcher {@code scripts/name}. */
  public Path launcher(String name) {
    return path.resolve("scripts").resolve(name);
  }

  /**
   * Starts the launcher {@code scripts/name}. Does not block.
   *
   * @param settings environment variables, in addition to those of this process
   * @param log file for its output; temporary files of the launcher's JVM go to the directory of
   *     this file, and are deleted with the directory even if the JVM is killed
   */
  public ChildProcess start(
      String name, List<String> arguments, Map<String, String> settings, Path log) {
    List<String> command = new ArrayList<>(List.of(launcher(name).toString()));
    command.addAll(arguments);
    Map<String, String> environment = new HashMap<>(settings);
    environment.putIfAbsent("JAVA_OPTS", System.getenv().getOrDefault("JAVA_OPTS", ""));
    environment.merge(
        "JAVA_OPTS", " -XX:-UsePerfData -Djava.io.tmpdir=" + log.getParent(), String::concat);
    return ChildProcess.start(name, command, environment, log);
  }

  private static Path codeSource() {
    try {
      return Path.of(ProjectHome.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("Cannot locate the classes of the toolbox", e);
    }
  }
}
