package io.wideevents.config;

import java.util.List;

/** A rule between settings. */
@FunctionalInterface
public interface SettingsCheck {
  /**
   * Checks settings in combination.
   *
   * @param values the settings that are valid by themselves: use {@link SettingValues#find}, which
   *     is empty for an invalid setting, so that one mistake is not reported twice
   * @return problems made with {@link SettingValues#problem}, or none
   */
  List<SettingProblem> check(SettingValues values);
}
