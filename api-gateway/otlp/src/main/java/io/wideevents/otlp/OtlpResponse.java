package io.wideevents.otlp;

import com.google.protobuf.CodedOutputStream;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.wideevents.event.EventProblem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes the bodies of OTLP responses. */
public final class OtlpResponse {
  private static final JsonFactory JSON = new JsonFactory();

  private static final String BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest";

  // Numbers of fields of google.rpc.Status, google.protobuf.Any, google.rpc.BadRequest and its
  // FieldViolation.
  private static final int STATUS_MESSAGE = 2;
  private static final int STATUS_DETAILS = 3;
  private static final int ANY_TYPE_URL = 1;
  private static final int ANY_VALUE = 2;
  private static final int FIELD_VIOLATIONS = 1;
  private static final int VIOLATION_FIELD = 1;
  private static final int VIOLATION_DESCRIPTION = 2;

  private OtlpResponse() {}

  /** The response to a request of which everything was accepted. */
  public static byte[] success(OtlpEncoding encoding) {
    return switch (encoding) {
      case PROTOBUF -> new byte[0];
      case JSON -> json(out -> {});
    };
  }

  /**
   * The response to a request of which a part was rejected.
   *
   * @param rejected number of rejected spans or log records
   * @param message why they were rejected
   */
  public static byte[] partialSuccess(
      OtlpSignal signal, OtlpEncoding encoding, int rejected, String message) {
    return switch (encoding) {
      case PROTOBUF ->
          switch (signal) {
            case TRACES -> {
              var response = ExportTraceServiceResponse.newBuilder();
              response
                  .getPartialSuccessBuilder()
                  .setRejectedSpans(rejected)
                  .setErrorMessage(message);
              yield response.build().toByteArray();
            }
            case LOGS -> {
              var response = ExportLogsServiceResponse.newBuilder();
              response
                  .getPartialSuccessBuilder()
                  .setRejectedLogRecords(rejected)
                  .setErrorMessage(message);
              yield response.build().toByteArray();
            }
          };
      case JSON ->
          json(
              out -> {
                out.writeObjectPropertyStart("partialSuccess");
                // Protobuf's JSON mapping writes integers of 64 bits as texts.
                out.writeStringProperty(
                    signal == OtlpSignal.TRACES ? "rejectedSpans" : "rejectedLogRecords",
                    Integer.toString(rejected));
                out.writeStringProperty("errorMessage", message);
                out.writeEndObject();
              });
    };
  }

  /**
   * The message {@code google.rpc.Status}, which OTLP requires as the body of every failure.
   *
   * @param mistakes what is wrong with the data, for a {@code google.rpc.BadRequest} in the
   *     details; none for no details
   */
  public static byte[] status(OtlpEncoding encoding, String message, List<EventProblem> mistakes) {
    return switch (encoding) {
      case PROTOBUF ->
          message(
              out -> {
                out.writeString(STATUS_MESSAGE, message);
                if (!mistakes.isEmpty()) {
                  out.writeByteArray(STATUS_DETAILS, badRequest(mistakes));
                }
              });
      case JSON ->
          json(
              out -> {
                out.writeStringProperty("message", message);
                if (!mistakes.isEmpty()) {
                  out.writeArrayPropertyStart("details");
                  writeBadRequest(out, mistakes);
                  out.writeEndArray();
                }
              });
    };
  }

  private static byte[] badRequest(List<EventProblem> mistakes) {
    byte[] violations =
        message(
            out -> {
              for (EventProblem mistake : mistakes) {
                out.writeByteArray(
                    FIELD_VIOLATIONS,
                    message(
                        violation -> {
                          violation.writeString(VIOLATION_FIELD, mistake.field());
                          violation.writeString(VIOLATION_DESCRIPTION, description(mistake));
                        }));
              }
            });
    return message(
        out -> {
          out.writeString(ANY_TYPE_URL, BAD_REQUEST);
          out.writeByteArray(ANY_VALUE, violations);
        });
  }

  private static void writeBadRequest(JsonGenerator out, List<EventProblem> mistakes) {
    out.writeStartObject();
    out.writeStringProperty("@type", BAD_REQUEST);
    out.writeArrayPropertyStart("fieldViolations");
    for (EventProblem mistake : mistakes) {
      out.writeStartObject();
      out.writeStringProperty("field", mistake.field());
      out.writeStringProperty("description", description(mistake));
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private static String description(EventProblem mistake) {
    return "%s: %s. %s".formatted(mistake.code(), mistake.message(), mistake.fix());
  }

  private interface MessageFields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(MessageFields fields) {
    var bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      fields.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private interface Fields {
    void write(JsonGenerator out);
  }

  private static byte[] json(Fields fields) {
    var bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      out.writeStartObject();
      fields.write(out);
      out.writeEndObject();
    }
    return bytes.toByteArray();
  }
}
