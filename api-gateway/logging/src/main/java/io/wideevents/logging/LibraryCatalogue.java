package io.wideevents.logging;

import io.wideevents.config.CommonSettings;
import io.wideevents.config.Setting;
import io.wideevents.config.SettingsCatalogue;
import io.wideevents.delivery.setup.DeliveryCatalogue;
import java.util.ArrayList;
import java.util.List;

/** The settings that the library reads of its service's environment. */
final class LibraryCatalogue {
  /**
   * Reads only what the library uses: the service has variables of its own that are called {@code
   * LOG_LEVEL} or {@code LOG_FORMAT}, with values that mean nothing here.
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
