package io.wideevents.otlp;

import com.google.protobuf.CodedOutputStream;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes the bodies of OTLP responses. */
public final class OtlpResponse {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int STATUS_MESSAGE_FIELD = 2;

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

  /** The message {@code google.rpc.Status}, which OTLP requires as the body of every failure. */
  public static byte[] status(OtlpEncoding encoding, String message) {
    return switch (encoding) {
      case PROTOBUF -> {
        var bytes = new ByteArrayOutputStream();
        try {
          CodedOutputStream out = CodedOutputStream.newInstance(bytes);
          out.writeString(STATUS_MESSAGE_FIELD, message);
          out.flush();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        yield bytes.toByteArray();
      }
      case JSON -> json(out -> out.writeStringProperty("message", message));
    };
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
