package io.wideevents.gateway.spool.command;

import io.wideevents.delivery.spool.SpoolStats;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** The output of {@code spool status}, as text or JSON. */
record StatusReport(Path directory, SpoolStats stats, Instant now) {
  private static final int KIBIBYTE = 1024;

  String text() {
    String oldest =
        stats.oldest().map(since -> ", oldest " + age(Duration.between(since, now))).orElse("");
    String damage =
        stats.damage().ranges() == 0
            ? ""
            : String.format(
                Locale.ROOT,
                "damage      %,d places cannot be read; check the disk%n",
                stats.damage().ranges());
    String quarantine =
        stats.damage().quarantinedFiles() == 0
            ? ""
            : String.format(
                Locale.ROOT,
                "quarantine  %,d files; look at them in %s, then delete them%n",
                stats.damage().quarantinedFiles(),
                directory.resolve("quarantine"));
    return String.format(
        Locale.ROOT,
        """
        spool       %s
        pending     %,d events%s
        refused     %,d events
        size        %s of %s
        %s%s""",
        directory,
        stats.pendingEvents(),
        oldest,
        stats.refusedEvents(),
        size(stats.bytes()),
        size(stats.maxBytes()),
        damage,
        quarantine);
  }

  String json() {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      json.writeStringProperty("directory", directory.toString());
      json.writeNumberProperty("pendingEvents", stats.pendingEvents());
      json.writeNumberProperty("refusedEvents", stats.refusedEvents());
      json.writeNumberProperty("bytes", stats.bytes());
      json.writeNumberProperty("maxBytes", stats.maxBytes());
      json.writeName("oldest");
      if (stats.oldest().isPresent()) {
        json.writeString(stats.oldest().get().toString());
      } else {
        json.writeNull();
      }
      json.writeNumberProperty("damagedRanges", stats.damage().ranges());
      json.writeNumberProperty("quarantinedFiles", stats.damage().quarantinedFiles());
      json.writeEndObject();
    }
    return text + System.lineSeparator();
  }

  private static String age(Duration age) {
    if (age.isNegative()) {
      // The system clock was set back after the event was spooled.
      return "0 min 0 s";
    }
    if (age.toDays() > 0) {
      return "%d d %d h".formatted(age.toDays(), age.toHoursPart());
    }
    return age.toHours() > 0
        ? "%d h %d min".formatted(age.toHours(), age.toMinutesPart())
        : "%d min %d s".formatted(age.toMinutes(), age.toSecondsPart());
  }

  private static String size(long bytes) {
    if (bytes < KIBIBYTE) {
      return bytes + " B";
    }
    double size = bytes;
    int unit = -1;
    while (size >= KIBIBYTE && unit < 3) {
      size /= KIBIBYTE;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %siB", size, "KMGT".charAt(unit));
  }
}
