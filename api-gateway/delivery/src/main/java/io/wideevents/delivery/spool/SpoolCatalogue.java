package io.wideevents.delivery.spool;

import io.wideevents.config.Setting;
import io.wideevents.config.SettingType;
import io.wideevents.config.SettingValues;
import java.nio.file.Path;
import java.util.List;

/** The settings of the spool, a part of the gateway's catalogue. */
public final class SpoolCatalogue {
  private static final long MEBIBYTE = 1L << 20;
  private static final long TEBIBYTE = 1L << 40;

  public static final Setting<Path> SPOOL_DIR =
      Setting.named("SPOOL_DIR", SettingType.path())
          .defaultsTo("spool")
          .example("/var/lib/wide-events/spool")
          .means(
              "Directory of the spool, which stores events while Kafka and MongoDB are both"
                  + " down. It must be on a disk that outlives the process, and belongs to one"
                  + " gateway at a time. A relative path starts at the working directory.");

  public static final Setting<Long> SPOOL_MAX_BYTES =
      Setting.named("SPOOL_MAX_BYTES", SettingType.bytes(MEBIBYTE, TEBIBYTE))
          .defaultsTo("2GiB")
          .means(
              "Maximum disk space of the spool. When the spool is full, events are answered"
                  + " with 503.");

  public static final Setting<Long> SPOOL_MIN_FREE_BYTES =
      Setting.named("SPOOL_MIN_FREE_BYTES", SettingType.bytes(0, TEBIBYTE))
          .defaultsTo("256MiB")
          .means("Disk space that the spool leaves free, even below SPOOL_MAX_BYTES.");

  public static final Setting<Integer> SPOOL_REPLAY_RATE =
      Setting.named("SPOOL_REPLAY_RATE", SettingType.integer(1, 1_000_000))
          .defaultsTo("5000")
          .unit("events a second")
          .means(
              "Maximum rate at which the spool is replayed. The limit leaves capacity for"
                  + " live traffic.");

  /** Every setting declared here, in the order of the documentation. */
  public static final List<Setting<?>> ALL =
      List.of(SPOOL_DIR, SPOOL_MAX_BYTES, SPOOL_MIN_FREE_BYTES, SPOOL_REPLAY_RATE);

  private SpoolCatalogue() {}

  /** The spool's settings among a gateway's values. */
  public static SpoolSettings settings(SettingValues values) {
    return new SpoolSettings(
        values.get(SPOOL_DIR),
        values.get(SPOOL_MAX_BYTES),
        values.get(SPOOL_MIN_FREE_BYTES),
        values.get(SPOOL_REPLAY_RATE));
  }
}
