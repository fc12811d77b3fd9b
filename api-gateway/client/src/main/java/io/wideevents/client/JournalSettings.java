package io.wideevents.client;

import static io.wideevents.config.SettingType.bytes;
import static io.wideevents.config.SettingType.path;

import io.wideevents.config.CommonSettings;
import io.wideevents.config.SettingValue;
import io.wideevents.config.SettingsReader;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where the journal is, and how large it may become.
 *
 * @param directory used by one process
 * @param maxBytes limit of all segments together
 * @param segmentBytes length at which a segment is complete
 */
record JournalSettings(Path directory, long maxBytes, int segmentBytes) {
  private static final long MEBIBYTE = 1L << 20;
  private static final int SEGMENT_BYTES = 4 << 20;

  static Supplier<Optional<JournalSettings>> read(SettingsReader settings) {
    SettingValue<Path> directory =
        settings
            .read("GATEWAY_JOURNAL_DIR", path())
            .example("/var/lib/shop/wide-events")
            .means(
                "Directory of the journal, one for each process. Events are on its disk before"
                    + " they are sent. Unset: events wait in memory only.");
    SettingValue<Long> maxBytes =
        settings
            .read("GATEWAY_JOURNAL_MAX_BYTES", bytes(16 * MEBIBYTE, 1024 * 1024 * MEBIBYTE))
            .byDefault("256MiB")
            .means("Maximum size of the journal. When it is full, events wait in memory.");
    CommonSettings.checkHoldsEvents(settings, maxBytes, 2);
    return () ->
        directory.find().map(path -> new JournalSettings(path, maxBytes.get(), SEGMENT_BYTES));
  }
}
