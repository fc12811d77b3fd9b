package io.wideevents.delivery.spool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.event.EventId;
import io.wideevents.event.Outcome;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Intact frames of a newer version: each frame is an event or a rejected event. */
class UnknownFrameValuesTest {
  private static final EventId ID = new EventId(UUID.randomUUID());
  private static final byte[] JSON = StubEvent.numbered(1).json(Tier.SPOOL);

  @ParameterizedTest
  @EnumSource(Outcome.class)
  void outcome_thatIsUnknownMakesTheEventARefusedOne(Outcome known) {
    // Given the name of the outcome with another first letter
    byte[] frame = Frame.encode(stored(known, ""));
    frame[Frame.HEADER_BYTES] = 'x';

    // When
    StoredEvent read = Frame.decode(sealed(frame)).orElseThrow();

    // Then
    assertThat(read.refusalCode()).isEqualTo(Frame.UNDECODABLE);
    assertThat(read.json()).isEqualTo(JSON);
  }

  @Test
  void refusalCode_thatIsUnknownIsKept() {
    byte[] frame = Frame.encode(stored(Outcome.SUCCESS, "reason_of_tomorrow"));

    StoredEvent read = Frame.decode(ByteBuffer.wrap(frame)).orElseThrow();

    assertThat(read.refusalCode()).isEqualTo("reason_of_tomorrow");
  }

  @ParameterizedTest
  @ValueSource(ints = {12, 14, 16, 18})
  void flag_thatIsUnknownIsNotTakenForALength(int lengthAt) {
    byte[] frame = Frame.encode(stored(Outcome.SUCCESS, ""));
    frame[lengthAt] |= (byte) 0x80;

    StoredEvent read = Frame.decode(sealed(frame)).orElseThrow();

    assertThat(Frame.length(ByteBuffer.wrap(frame))).isEqualTo(frame.length);
    assertThat(read.json()).isEqualTo(JSON);
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, 0, Long.MAX_VALUE})
  void time_ofAnyValueIsRead(long millis) {
    byte[] frame = Frame.encode(stored(Outcome.SUCCESS, ""));
    ByteBuffer.wrap(frame).putLong(20, millis);

    StoredEvent read = Frame.decode(sealed(frame)).orElseThrow();

    assertThat(read.spooledAt()).isEqualTo(Instant.ofEpochMilli(millis));
  }

  /**
   * An event that cannot be decoded throws an {@code UndecodableEventException}, and is rejected.
   */
  @ParameterizedTest
  @CsvSource({"tier, moon", "schema, 99", "partial, sometimes"})
  void ingestValue_thatIsUnknownEndsInADocumentOrARefusal(String name, String value) {
    String json = new String(JSON, UTF_8);
    String changed =
        json.substring(0, json.length() - 1) + ",\"_ingest\":{\"" + name + "\":\"" + value + "\"}}";
    for (Instant spooledAt :
        new Instant[] {Instant.EPOCH, Instant.now(), Instant.ofEpochMilli(Long.MAX_VALUE)}) {
      SpooledEvent event =
          new SpooledEvent(
              TestSpools.segment(),
              0,
              new StoredEvent(ID, Outcome.SUCCESS, spooledAt, "r", "", "", changed.getBytes(UTF_8)),
              new RecordDecoder(EncoderSettings.DEFAULT, InstantSource.system()));

      assertThatCode(
              () -> {
                try {
                  event.document(Tier.SPOOL);
                } catch (UndecodableEventException e) {
                  assertThat(e.reason()).isNotBlank();
                }
              })
          .doesNotThrowAnyException();
    }
  }

  private static StoredEvent stored(Outcome outcome, String refusalCode) {
    return new StoredEvent(ID, outcome, Instant.now(), "r", refusalCode, "", JSON);
  }

  private static ByteBuffer sealed(byte[] frame) {
    CRC32C crc = new CRC32C();
    crc.update(frame, Frame.CHECKED_FROM, frame.length - Frame.CHECKED_FROM);
    ByteBuffer bytes = ByteBuffer.wrap(frame).putInt(4, (int) crc.getValue());
    assertThat(Frame.isIntact(bytes)).isTrue();
    return bytes;
  }
}
