package io.wideevents.config;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The settings cannot be used. Carries every mistake at once, so that a person mends them in one
 * round; nothing has been connected or opened when this is thrown.
 */
public final class InvalidSettingsException extends RuntimeException {
  private final List<SettingProblem> problems;
  private final List<String> warnings;

  /**
   * Takes every mistake.
   *
   * @param problems at least one
   */
  public InvalidSettingsException(List<SettingProblem> problems) {
    this(problems, List.of());
  }

  /**
   * Takes every mistake, and what only looks like one.
   *
   * @param problems at least one
   * @param warnings names that do nothing: often the reason why a right one is missing
   */
  public InvalidSettingsException(List<SettingProblem> problems, List<String> warnings) {
    super(problems.stream().map(SettingProblem::message).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
    this.warnings = List.copyOf(warnings);
  }

  public List<SettingProblem> problems() {
    return problems;
  }

  public List<String> warnings() {
    return warnings;
  }

  /** Whether a flag is to blame: that is a usage error, the rest are configuration errors. */
  public boolean blamesFlag() {
    return problems.stream().anyMatch(problem -> problem.source() == Source.FLAG);
  }
}
