package io.wideevents.query.trace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EventId;
import io.wideevents.event.WireFormat;
import java.util.Locale;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdMatchTest {
  private static final String ID = "0193719d-6c00-8a77-b9ff-000000000001";
  private static final String OTHER = "0193719d-6c00-8a77-b9ff-000000000002";

  private final IdMatch match = new IdMatch(EventId.parse(ID));

  @Test
  void theHeader_decidesWithoutTheValue() {
    assertThat(matches(header(ID), "not JSON")).isTrue();
    assertThat(matches(header(OTHER), "{\"eventId\":\"%s\"}".formatted(ID))).isFalse();
  }

  @Test
  void theHeader_isReadAsTheWorkerReadsIt() {
    assertThat(matches(header(ID.toUpperCase(Locale.ROOT)), "not JSON")).isTrue();
    assertThat(matches(headerWithoutValue(), "{\"eventId\":\"%s\"}".formatted(ID))).isTrue();
    assertThat(matches(headerWithoutValue(), "{\"eventId\":\"%s\"}".formatted(OTHER))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"eventId\":\"0193719d-6c00-8a77-b9ff-000000000001\"}",
        "{\"a\":{\"eventId\":\"x\"},\"b\":[1],\"eventId\":\"0193719D-6C00-8A77-B9FF-000000000001\"}"
      })
  void withoutHeader_theFieldDecides(String value) {
    assertThat(matches(new RecordHeaders(), value)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{\"a\":",
        "{\"parentEventId\":\"0193719d-6c00-8a77-b9ff-000000000001\"}",
        "{\"a\":{\"eventId\":\"0193719d-6c00-8a77-b9ff-000000000001\"}}",
        "{\"eventId\":17}"
      })
  void anotherValue_doesNotMatch(String value) {
    assertThat(matches(new RecordHeaders(), value)).isFalse();
  }

  @Test
  void aTombstone_doesNotMatch() {
    assertThat(match.test(record(new RecordHeaders(), null))).isFalse();
  }

  private boolean matches(Headers headers, String value) {
    return match.test(record(headers, value.getBytes(UTF_8)));
  }

  private static ConsumerRecord<byte[], byte[]> record(Headers headers, byte @Nullable [] value) {
    return new ConsumerRecord<>(
        "topic",
        0,
        17,
        0,
        TimestampType.CREATE_TIME,
        0,
        0,
        new byte[0],
        value,
        headers,
        Optional.empty());
  }

  private static Headers headerWithoutValue() {
    Headers headers = new RecordHeaders();
    headers.add(WireFormat.EVENT_ID_HEADER, null);
    return headers;
  }

  private static Headers header(String id) {
    Headers headers = new RecordHeaders();
    headers.add(WireFormat.EVENT_ID_HEADER, id.getBytes(UTF_8));
    return headers;
  }
}
