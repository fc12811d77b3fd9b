package io.wideevents.toolbox.pipeline;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

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

  private static Path codeSource() {
    try {
      return Path.of(ProjectHome.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("Cannot locate the classes of the toolbox", e);
    }
  }
}
