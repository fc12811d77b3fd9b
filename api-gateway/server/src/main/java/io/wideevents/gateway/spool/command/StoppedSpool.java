package io.wideevents.gateway.spool.command;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.config.SettingValue;
import io.wideevents.config.SettingsCatalogue;
import io.wideevents.config.SettingsReader;
import io.wideevents.delivery.spool.EventSpool;
import io.wideevents.delivery.spool.SpoolSettings;
import io.wideevents.delivery.spool.SpoolUnavailableException;
import io.wideevents.gateway.config.GatewaySettings;
import io.wideevents.process.CommandFailedException;
import io.wideevents.process.ExitCode;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Supplier;

/** Opens the spool of a gateway that is not running. */
final class StoppedSpool {
  /** The settings of the commands that only read the spool. */
  static final SettingsCatalogue<SpoolSettings> SETTINGS =
      SettingsCatalogue.of(GatewaySettings.CATALOGUE.process(), StoppedSpool::read)
          .partOf(GatewaySettings.CATALOGUE);

  private StoppedSpool() {}

  // The commands append no event, so only the limit that is shown matters.
  private static Supplier<SpoolSettings> read(SettingsReader settings) {
    SettingValue<Path> directory = SpoolSettings.directory(settings);
    SettingValue<Long> maxBytes = SpoolSettings.maxBytes(settings);
    return () -> new SpoolSettings(directory.get(), maxBytes.get(), 0, 1);
  }

  static Path directory(SpoolSettings settings) {
    return settings.directory().toAbsolutePath();
  }

  /**
   * Opens the spool and locks its directory. The directory must contain a spool already. Otherwise
   * a command with a wrong directory would create an empty spool there.
   *
   * @throws CommandFailedException with {@link ExitCode#CONFIGURATION} if there is no spool, a
   *     gateway uses it, or the directory cannot be written
   */
  static EventSpool open(SpoolSettings settings, InstantSource clock) {
    Path directory = directory(settings);
    if (!EventSpool.isIn(directory)) {
      throw new CommandFailedException(
          ExitCode.CONFIGURATION,
          "There is no spool at %s; say with SPOOL_DIR or --spool-dir where it is"
              .formatted(directory));
    }
    try {
      return EventSpool.open(settings, new RecordDecoder(EncoderSettings.DEFAULT, clock), clock);
    } catch (SpoolUnavailableException e) {
      throw new CommandFailedException(ExitCode.CONFIGURATION, String.valueOf(e.getMessage()), e);
    }
  }
}
