package io.wideevents.config;

import java.util.List;

/** A rule about settings that only make sense together. */
@FunctionalInterface
public interface SettingsCheck {
  /**
   * Looks at settings together.
   *
   * @param values the settings that are right by themselves: use {@link SettingValues#find}, which
   *     is empty for a wrong one, so that one mistake is not reported twice
   * @return problems made with {@link SettingValues#problem}, or none
   */
  List<SettingProblem> check(SettingValues values);
}
