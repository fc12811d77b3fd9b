package io.wideevents.worker.query;

import io.wideevents.event.EventId;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses the id of an event. */
final class EventIdConverter implements ITypeConverter<EventId> {
  @Override
  public EventId convert(String value) {
    try {
      return EventId.parse(value);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(
          "'%s' is not an event id such as 0192f0c1-2b4d-4f6e-9a1b-2c3d4e5f6071; log-worker search --fields eventId prints ids, and log-worker get --request finds events by request id"
              .formatted(value));
    }
  }
}
