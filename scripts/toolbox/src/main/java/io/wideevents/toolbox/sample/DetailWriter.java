package io.wideevents.toolbox.sample;

import java.util.Random;
import tools.jackson.core.JsonGenerator;

/** Writes the fields that only one kind of route has, into the event's open object. */
@FunctionalInterface
interface DetailWriter {
  void write(JsonGenerator json, Random random);
}
