package io.wideevents.files;

import java.util.List;

/** A file that a setting names cannot be used. Contains all problems found in it. */
public final class UnusableFileException extends RuntimeException {
  private final List<String> problems;

  /**
   * @param problems at least one; each a whole sentence that names the file and, if known, the
   *     line, but never quotes a secret
   */
  public UnusableFileException(List<String> problems) {
    super(String.join("; ", problems));
    this.problems = List.copyOf(problems);
  }

  public List<String> problems() {
    return problems;
  }
}
