package io.wideevents.config;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The settings cannot be used. Carries every mistake at once, so that a person mends them in one
 * round; nothing has been connected or opened when this is thrown.
 */
public final class InvalidSettingsException extends RuntimeException {
  private final List<SettingProblem> problems;

  /**
   * Takes every mistake.
   *
   * @param problems at least one
   */
  public InvalidSettingsException(List<SettingProblem> problems) {
    super(problems.stream().map(SettingProblem::message).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  public List<SettingProblem> problems() {
    return problems;
  }

  /** Whether a flag is to blame: that is a usage error, the rest are configuration errors. */
  public boolean blamesFlag() {
    return problems.stream().anyMatch(problem -> problem.source() == Source.FLAG);
  }
}
