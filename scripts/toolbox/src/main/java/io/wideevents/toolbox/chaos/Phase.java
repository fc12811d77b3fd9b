package io.wideevents.toolbox.chaos;

import java.util.Set;

/** Which parts are up, from a client's point of view. */
enum Phase {
  ALL_UP("all up"),
  KAFKA_DOWN("Kafka down"),
  MONGODB_DOWN("MongoDB down"),
  BOTH_DOWN("both down"),
  GATEWAY_RESTARTING("gateway restarting");

  private final String label;

  Phase(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  static Phase of(Set<Target> down) {
    if (down.contains(Target.GATEWAY)) {
      return GATEWAY_RESTARTING;
    }
    if (down.contains(Target.KAFKA)) {
      return down.contains(Target.MONGODB) ? BOTH_DOWN : KAFKA_DOWN;
    }
    return down.contains(Target.MONGODB) ? MONGODB_DOWN : ALL_UP;
  }
}
