package io.wideevents.otlp;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Spans and log records with random content, the same for the same seed. */
final class RandomSpans {
  private static final String[] KEYS = {
    "http.route",
    "http.request.method",
    "http.response.status_code",
    "user.id",
    "user",
    "user.role",
    "error.type",
    "service",
    "service.name",
    "_private",
    "a",
    "a.b",
    "a.b.c",
    "a..b",
    "",
    ".",
    "main",
    "exception.type",
    "requestId",
    "timestamp",
    "schlüssel.ключ.鍵"
  };

  private final Random random;

  RandomSpans(long seed) {
    this.random = new Random(seed);
  }

  Span span() {
    Span.Builder span =
        Otlp.span()
            .setTraceId(bytes(16))
            .setSpanId(bytes(8))
            .setKindValue(random.nextInt(6))
            .addAllAttributes(attributes(random.nextInt(12), 3));
    if (random.nextBoolean()) {
      span.clearParentSpanId();
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      span.addEvents(
          Span.Event.newBuilder()
              .setName(random.nextBoolean() ? "exception" : "note")
              .setTimeUnixNano(random.nextLong())
              .addAllAttributes(attributes(3, 2)));
      span.addLinks(Span.Link.newBuilder().setTraceId(bytes(random.nextInt(20))));
    }
    span.setStatus(
        Status.newBuilder()
            .setCodeValue(random.nextInt(4))
            .setMessage(random.nextBoolean() ? "" : "x"));
    return span.build();
  }

  LogRecord log() {
    return Otlp.log()
        .setTraceId(bytes(random.nextInt(20)))
        .setSeverityNumber(SeverityNumber.forNumber(random.nextInt(25)))
        .setBody(value(3))
        .addAllAttributes(attributes(random.nextInt(12), 3))
        .build();
  }

  private List<KeyValue> attributes(int count, int depth) {
    List<KeyValue> attributes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      attributes.add(Otlp.attribute(KEYS[random.nextInt(KEYS.length)], value(depth)));
    }
    return attributes;
  }

  private AnyValue value(int depth) {
    AnyValue.Builder value = AnyValue.newBuilder();
    return switch (random.nextInt(depth > 0 ? 8 : 6)) {
      case 0 -> value.setStringValue("text \"\\\u0000\u2028 😀 " + random.nextInt(99)).build();
      case 1 -> value.setIntValue(random.nextBoolean() ? random.nextLong() : 500).build();
      case 2 -> value.setDoubleValue(Double.longBitsToDouble(random.nextLong())).build();
      case 3 -> value.setBoolValue(random.nextBoolean()).build();
      case 4 -> value.setBytesValue(bytes(random.nextInt(9))).build();
      case 5 -> value.build();
      case 6 -> Otlp.array(value(depth - 1), value(depth - 1));
      default -> Otlp.map(attributes(random.nextInt(4), depth - 1).toArray(KeyValue[]::new));
    };
  }

  private ByteString bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }
}
