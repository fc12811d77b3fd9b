package io.wideevents.otlp;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes messages in OTLP's JSON encoding, as an exporter does. */
final class OtlpJson {
  private OtlpJson() {}

  static String of(Message message) {
    var bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = new JsonFactory().createGenerator(ObjectWriteContext.empty(), bytes)) {
      write(message, out);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static void write(Message message, JsonGenerator out) {
    out.writeStartObject();
    message
        .getAllFields()
        .forEach(
            (field, value) -> {
              out.writeName(field.getJsonName());
              if (field.isRepeated()) {
                out.writeStartArray();
                ((List<?>) value).forEach(item -> write(field, item, out));
                out.writeEndArray();
              } else {
                write(field, value, out);
              }
            });
    out.writeEndObject();
  }

  private static void write(FieldDescriptor field, Object value, JsonGenerator out) {
    switch (value) {
      case Message message -> write(message, out);
      case EnumValueDescriptor named -> out.writeNumber(named.getNumber());
      case ByteString bytes ->
          out.writeString(
              field.getName().endsWith("_id")
                  ? HexFormat.of().formatHex(bytes.toByteArray())
                  : Base64.getEncoder().encodeToString(bytes.toByteArray()));
      case Long number -> out.writeString(Long.toString(number));
      case Integer number -> out.writeNumber(number);
      case Boolean truth -> out.writeBoolean(truth);
      case Double number -> {
        if (Double.isFinite(number)) {
          out.writeNumber(number);
        } else {
          out.writeString(number.toString());
        }
      }
      default -> out.writeString(value.toString());
    }
  }
}
