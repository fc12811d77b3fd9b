package io.wideevents.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.wideevents.event.EventProblem;
import java.util.List;
import org.junit.jupiter.api.Test;

class OtlpResponseTest {
  @Test
  void success_isAnEmptyMessage() {
    assertThat(OtlpResponse.success(OtlpEncoding.PROTOBUF)).isEmpty();
    assertThat(new String(OtlpResponse.success(OtlpEncoding.JSON), UTF_8)).isEqualTo("{}");
  }

  @Test
  void partialSuccess_hasCountAndReason() throws Exception {
    var traces =
        ExportTraceServiceResponse.parseFrom(
            OtlpResponse.partialSuccess(OtlpSignal.TRACES, OtlpEncoding.PROTOBUF, 3, "why"));
    var logs =
        ExportLogsServiceResponse.parseFrom(
            OtlpResponse.partialSuccess(OtlpSignal.LOGS, OtlpEncoding.PROTOBUF, 4, "so"));

    assertThat(traces.getPartialSuccess().getRejectedSpans()).isEqualTo(3);
    assertThat(traces.getPartialSuccess().getErrorMessage()).isEqualTo("why");
    assertThat(logs.getPartialSuccess().getRejectedLogRecords()).isEqualTo(4);
    assertThat(logs.getPartialSuccess().getErrorMessage()).isEqualTo("so");
    assertThat(
            new String(
                OtlpResponse.partialSuccess(OtlpSignal.TRACES, OtlpEncoding.JSON, 3, "why"), UTF_8))
        .isEqualTo("{\"partialSuccess\":{\"rejectedSpans\":\"3\",\"errorMessage\":\"why\"}}");
    assertThat(
            new String(
                OtlpResponse.partialSuccess(OtlpSignal.LOGS, OtlpEncoding.JSON, 4, "so"), UTF_8))
        .isEqualTo("{\"partialSuccess\":{\"rejectedLogRecords\":\"4\",\"errorMessage\":\"so\"}}");
  }

  @Test
  void status_describesBadDataInItsDetails() throws Exception {
    List<EventProblem> mistakes =
        List.of(
            new EventProblem("missing_field", "timestamp", "timestamp is missing", "Send it", null),
            new EventProblem("event_too_large", "", "Too large", "Leave parts out", null));

    UnknownFieldSet status =
        UnknownFieldSet.parseFrom(OtlpResponse.status(OtlpEncoding.PROTOBUF, "why", mistakes));
    UnknownFieldSet any = UnknownFieldSet.parseFrom(bytes(status, 3, 0));
    UnknownFieldSet badRequest = UnknownFieldSet.parseFrom(bytes(any, 2, 0));
    UnknownFieldSet first = UnknownFieldSet.parseFrom(bytes(badRequest, 1, 0));

    assertThat(bytes(any, 1, 0).toStringUtf8())
        .isEqualTo("type.googleapis.com/google.rpc.BadRequest");
    assertThat(badRequest.getField(1).getLengthDelimitedList()).hasSize(2);
    assertThat(bytes(first, 1, 0).toStringUtf8()).isEqualTo("timestamp");
    assertThat(bytes(first, 2, 0).toStringUtf8())
        .isEqualTo("missing_field: timestamp is missing. Send it");
    assertThat(new String(OtlpResponse.status(OtlpEncoding.JSON, "why", mistakes), UTF_8))
        .isEqualTo(
            "{\"message\":\"why\",\"details\":[{"
                + "\"@type\":\"type.googleapis.com/google.rpc.BadRequest\",\"fieldViolations\":["
                + "{\"field\":\"timestamp\",\"description\":"
                + "\"missing_field: timestamp is missing. Send it\"},"
                + "{\"field\":\"\",\"description\":"
                + "\"event_too_large: Too large. Leave parts out\"}]}]}");
  }

  private static ByteString bytes(UnknownFieldSet message, int field, int index) {
    return message.getField(field).getLengthDelimitedList().get(index);
  }

  @Test
  void status_isTheMessageOfGoogleRpc() throws Exception {
    UnknownFieldSet fields =
        UnknownFieldSet.parseFrom(OtlpResponse.status(OtlpEncoding.PROTOBUF, "why", List.of()));

    assertThat(fields.asMap()).containsOnlyKeys(2);
    assertThat(fields.getField(2).getLengthDelimitedList().getFirst().toStringUtf8())
        .isEqualTo("why");
    assertThat(new String(OtlpResponse.status(OtlpEncoding.JSON, "why", List.of()), UTF_8))
        .isEqualTo("{\"message\":\"why\"}");
  }
}
