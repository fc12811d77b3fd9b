package io.wideevents.gateway.spool.command;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.config.SettingValues;
import io.wideevents.delivery.spool.EventSpool;
import io.wideevents.delivery.spool.SegmentEventSpool;
import io.wideevents.delivery.spool.SpoolCatalogue;
import io.wideevents.delivery.spool.SpoolSettings;
import io.wideevents.delivery.spool.SpoolUnavailableException;
import io.wideevents.process.CommandFailedException;
import io.wideevents.process.ExitCode;
import java.nio.file.Path;
import java.time.InstantSource;

/** Opens the spool of a gateway that is not running. */
final class StoppedSpool {
  private StoppedSpool() {}

  static Path directory(SettingValues values) {
    return values.get(SpoolCatalogue.SPOOL_DIR).toAbsolutePath();
  }

  /**
   * Opens the spool and locks its directory. The directory must contain a spool already, because a
   * wrong directory would be shown as an empty spool and be turned into one.
   *
   * @throws CommandFailedException with {@link ExitCode#CONFIGURATION} if there is no spool, a
   *     gateway uses it, or the directory cannot be written
   */
  static EventSpool open(SettingValues values, InstantSource clock) {
    Path directory = directory(values);
    if (!SegmentEventSpool.isIn(directory)) {
      throw new CommandFailedException(
          ExitCode.CONFIGURATION,
          "There is no spool at %s; say with SPOOL_DIR or --spool-dir where it is"
              .formatted(directory));
    }
    // The commands append no event, so only the limit that is shown matters.
    SpoolSettings settings =
        new SpoolSettings(directory, values.get(SpoolCatalogue.SPOOL_MAX_BYTES), 0, 1);
    try {
      return SegmentEventSpool.open(
          settings, new RecordDecoder(EncoderSettings.DEFAULT, clock), clock);
    } catch (SpoolUnavailableException e) {
      throw new CommandFailedException(ExitCode.CONFIGURATION, String.valueOf(e.getMessage()), e);
    }
  }
}
