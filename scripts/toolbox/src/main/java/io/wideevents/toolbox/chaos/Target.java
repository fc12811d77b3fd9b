package io.wideevents.toolbox.chaos;

import java.util.Locale;

/** A part of the pipeline that can fail; each is a separate process. */
enum Target {
  KAFKA,
  MONGODB,
  GATEWAY,
  WORKER_1,
  WORKER_2;

  /** The name for reports, and of its log. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
