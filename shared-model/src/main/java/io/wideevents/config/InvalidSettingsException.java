package io.wideevents.config;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The settings cannot be used. Contains all mistakes, so that an operator can correct them in one
 * step. Nothing was connected or opened before this is thrown.
 */
public final class InvalidSettingsException extends RuntimeException {
  private final List<SettingProblem> problems;
  private final List<String> warnings;

  /**
   * Creates the exception from all mistakes.
   *
   * @param problems at least one
   */
  public InvalidSettingsException(List<SettingProblem> problems) {
    this(problems, List.of());
  }

  /**
   * Creates the exception from all mistakes and warnings.
   *
   * @param problems at least one
   * @param warnings names without effect; such a name is often the reason why a correct one is
   *     missing
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

  /**
   * Whether one of the mistakes is in a flag. That is a usage error; other mistakes are
   * configuration errors.
   */
  public boolean concernsFlag() {
    return problems.stream().anyMatch(problem -> problem.source() == Source.FLAG);
  }
}
