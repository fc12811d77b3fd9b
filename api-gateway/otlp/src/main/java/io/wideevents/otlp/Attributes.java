package io.wideevents.otlp;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The attributes of one item by key. If a key occurs several times, the first value counts. */
final class Attributes {
  private final Map<String, AnyValue> values = new HashMap<>();

  Attributes(List<KeyValue> attributes) {
    attributes.forEach(attribute -> values.putIfAbsent(attribute.getKey(), attribute.getValue()));
  }

  /** The first value among the keys that is a text with content, or a number; else null. */
  @Nullable String text(String... keys) {
    for (String key : keys) {
      String text = text(values.get(key));
      if (text != null) {
        return text;
      }
    }
    return null;
  }

  private static @Nullable String text(@Nullable AnyValue value) {
    if (value == null) {
      return null;
    }
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue().isBlank() ? null : value.getStringValue();
      case INT_VALUE -> Long.toString(value.getIntValue());
      // Captured HTTP headers are arrays.
      case ARRAY_VALUE ->
          value.getArrayValue().getValuesCount() == 0
              ? null
              : text(value.getArrayValue().getValues(0));
      default -> null;
    };
  }

  /** The number under a key; empty if there is none. */
  OptionalDouble number(String key) {
    AnyValue value = values.getOrDefault(key, AnyValue.getDefaultInstance());
    return switch (value.getValueCase()) {
      case INT_VALUE -> OptionalDouble.of((double) value.getIntValue());
      case DOUBLE_VALUE -> OptionalDouble.of(value.getDoubleValue());
      default -> OptionalDouble.empty();
    };
  }

  /** Whether the value under a key is true, as a boolean or as text. */
  boolean isTrue(String key) {
    AnyValue value = values.getOrDefault(key, AnyValue.getDefaultInstance());
    return value.getBoolValue() || value.getStringValue().equalsIgnoreCase("true");
  }
}
