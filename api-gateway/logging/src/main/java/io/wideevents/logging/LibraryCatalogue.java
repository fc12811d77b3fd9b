package io.wideevents.logging;

import io.wideevents.config.CommonSettings;
import io.wideevents.config.Setting;
import io.wideevents.config.SettingsCatalogue;
import io.wideevents.delivery.setup.DeliveryCatalogue;
import java.util.ArrayList;
import java.util.List;

/** The settings that the library reads from the environment of its service. */
final class LibraryCatalogue {
  /**
   * Ignores {@code LOG_LEVEL} and {@code LOG_FORMAT}: a service may have variables with these
   * names, whose values are not valid here.
   */
  static final SettingsCatalogue CATALOGUE =
      SettingsCatalogue.of("the wide-events library", all())
          .checkedBy(CommonSettings::check)
          .checkedBy(DeliveryCatalogue::check)
          .checkedBy(LoggingCatalogue::check)
          .ignoring(CommonSettings.OF_THE_WORKER)
          .amongOthers(List.of(CommonSettings.LOG_LEVEL, CommonSettings.LOG_FORMAT));

  private LibraryCatalogue() {}

  private static List<Setting<?>> all() {
    List<Setting<?>> all = new ArrayList<>(CommonSettings.ALL);
    all.addAll(DeliveryCatalogue.ALL);
    all.addAll(LoggingCatalogue.ALL);
    return all;
  }
}
