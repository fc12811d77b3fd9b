package io.wideevents.files;

import java.util.List;

/**
 * A file that a setting names cannot be used as it is. Carries every problem found in it at once.
 */
public final class UnusableFileException extends RuntimeException {
  private final List<String> problems;

  /**
   * @param problems at least one; each a whole sentence that names the file and, where there is
   *     one, the line, but never quotes a secret
   */
  public UnusableFileException(List<String> problems) {
    super(String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  public List<String> problems() {
    return problems;
  }
}
