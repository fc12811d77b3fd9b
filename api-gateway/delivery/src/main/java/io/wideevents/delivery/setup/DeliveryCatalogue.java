package io.wideevents.delivery.setup;

import io.wideevents.config.CommonSettings;
import io.wideevents.config.Setting;
import io.wideevents.config.SettingProblem;
import io.wideevents.config.SettingType;
import io.wideevents.config.SettingValues;
import io.wideevents.config.TopicLayout;
import io.wideevents.delivery.kafka.KafkaCatalogue;
import io.wideevents.delivery.spool.SpoolCatalogue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The settings of the delivery chain, and the rules between them. */
public final class DeliveryCatalogue {
  public static final Setting<Boolean> MQ_ENABLED =
      Setting.named("MQ_ENABLED", SettingType.bool())
          .defaultsTo("true")
          .means(
              "Whether events go through the message queue. false: events go straight to"
                  + " MongoDB.");

  /** The settings of the chain and of its tiers. */
  public static final List<Setting<?>> ALL =
      Stream.of(List.<Setting<?>>of(MQ_ENABLED), KafkaCatalogue.ALL, SpoolCatalogue.ALL)
          .<Setting<?>>flatMap(List::stream)
          .toList();

  private DeliveryCatalogue() {}

  /** Checks the rules between the settings of the tiers. */
  public static List<SettingProblem> check(SettingValues values) {
    List<SettingProblem> problems = new ArrayList<>(KafkaCatalogue.check(values));
    Optional<Integer> event = values.find(CommonSettings.EVENT_MAX_BYTES);
    if (event.isPresent()) {
      long record = recordBytes(event.get());
      requireAtLeast(record, KafkaCatalogue.MQ_BUFFER_BYTES, values, problems);
      requireAtLeast(2 * record, SpoolCatalogue.SPOOL_MAX_BYTES, values, problems);
    }
    return problems;
  }

  /**
   * Requires that a setting is at least as large as a number of bytes that the largest event needs.
   */
  public static void requireAtLeast(
      long bytes, Setting<Long> setting, SettingValues values, List<SettingProblem> problems) {
    if (values.find(setting).filter(given -> given < bytes).isPresent()) {
      problems.add(
          values.problem(
              setting,
              "does not hold an event of %s, which needs %d bytes"
                  .formatted(values.shown(CommonSettings.EVENT_MAX_BYTES), bytes)));
    }
  }

  /** The size of the Kafka record of an event of this size, in bytes. */
  public static long recordBytes(int eventBytes) {
    return eventBytes + (long) TopicLayout.HEADROOM_BYTES;
  }
}
