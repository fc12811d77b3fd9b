package io.wideevents.toolbox.sample;

import java.util.Random;
import tools.jackson.core.JsonGenerator;

/** Writes the fields of one kind of route into the event's open object. */
@FunctionalInterface
interface DetailWriter {
  void write(JsonGenerator json, Random random);
}
