package io.wideevents.event;

/**
 * The limits of an event. Each is a setting of the gateway; the worker applies them to records of
 * other producers.
 *
 * @param maxEventBytes an event's own JSON bytes, 1 KiB to 8 MiB
 * @param maxDepth nesting of objects and arrays, the event itself being depth 1; 2 to 90, because
 *     MongoDB rejects more than 100
 * @param maxFields fields at any depth; array items do not count
 * @param maxNameBytes bytes of a field's name in UTF-8
 */
public record EventLimits(int maxEventBytes, int maxDepth, int maxFields, int maxNameBytes) {
  public static final EventLimits DEFAULT = new EventLimits(256 * 1024, 32, 1_000, 256);

  public EventLimits {
    requireRange("maxEventBytes", maxEventBytes, 1024, 8 * 1024 * 1024);
    requireRange("maxDepth", maxDepth, 2, 90);
    requireRange("maxFields", maxFields, 4, 100_000);
    requireRange("maxNameBytes", maxNameBytes, 16, 4096);
  }

  private static void requireRange(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s=%d is outside %d to %d".formatted(name, value, min, max));
    }
  }
}
