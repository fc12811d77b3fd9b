package io.wideevents.toolbox.chaos;

import java.util.Locale;

/** A part of the pipeline that a fault befalls; each is a process of its own. */
enum Target {
  KAFKA,
  MONGODB,
  GATEWAY,
  WORKER_1,
  WORKER_2;

  /** The name a person reads, also of its log. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
