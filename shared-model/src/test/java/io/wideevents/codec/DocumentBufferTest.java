package io.wideevents.codec;

import static io.wideevents.event.TestEvents.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EventId;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.bson.BsonBinary;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.io.BasicOutputBuffer;
import org.bson.types.Decimal128;
import org.junit.jupiter.api.Test;

class DocumentBufferTest {
  private static final int MAX_DEPTH = 40;
  private static final EventId ID = new EventId(new UUID(0x0123456789abcdefL, 0x8123456789abcdefL));

  private final DocumentBuffer buffer = new DocumentBuffer();
  private final BasicOutputBuffer expectedBytes = new BasicOutputBuffer();
  private BsonBinaryWriter expected = new BsonBinaryWriter(expectedBytes);

  @Test
  void finish_writesTheBytesOfTheDriver() {
    Random random = new Random(15);
    for (int run = 0; run < 500; run++) {
      RawBsonDocument document = both(random, run % 10 == 0 ? 2_000 : 12);

      assertThat(bytes(document)).isEqualTo(expectedBytes.toByteArray());
    }
  }

  @Test
  void clear_discardsAnUnfinishedDocument() {
    buffer.clear();
    buffer.name(utf8("open"));
    buffer.startArray();
    buffer.startObject();

    buffer.clear();
    RawBsonDocument document = buffer.finish(ID);

    assertThat((BsonDocument) document)
        .isEqualTo(new BsonDocument("_id", new BsonBinary(ID.value())));
  }

  @Test
  void finish_leavesEarlierDocumentsAsTheyAre() {
    for (int length : new int[] {10, 1_000_000}) {
      RawBsonDocument first = textOf("a".repeat(length));
      byte[] before = bytes(first);

      textOf("b".repeat(length));

      assertThat(bytes(first)).isEqualTo(before);
    }
  }

  // What the worker holds is counted by the size of the documents.
  @Test
  void finish_keepsNoMoreMemoryThanTheDocumentNeeds() {
    for (int texts : new int[] {1, 70, 1_100, 2_000}) {
      RawBsonDocument document = textOf(Collections.nCopies(texts, "a".repeat(1_000)));

      int kept = document.getByteBuffer().asNIO().array().length;

      assertThat(kept).isLessThanOrEqualTo(bytes(document).length * 5 / 4);
    }
  }

  @Test
  void text_replacesHalfOfASurrogatePair() {
    RawBsonDocument document = textOf("a\ud83d b");

    assertThat(document.getString("text").getValue()).isEqualTo("a? b");
  }

  private RawBsonDocument textOf(String text) {
    return textOf(List.of(text));
  }

  private RawBsonDocument textOf(List<String> texts) {
    buffer.clear();
    for (int i = 0; i < texts.size(); i++) {
      buffer.name(utf8(i == 0 ? "text" : "text" + i));
      buffer.text(texts.get(i));
    }
    return buffer.finish(ID);
  }

  private RawBsonDocument both(Random random, int fields) {
    expectedBytes.truncateToPosition(0);
    expected = new BsonBinaryWriter(expectedBytes);
    buffer.clear();
    expected.writeStartDocument();
    expected.writeBinaryData("_id", new BsonBinary(ID.value()));
    for (int i = 0; i < fields; i++) {
      name(random);
      value(random, 2);
    }
    expected.writeEndDocument();
    return buffer.finish(ID);
  }

  private void name(Random random) {
    String name = text(random, 20).replace("\0", "");
    expected.writeName(name);
    buffer.name(utf8(name));
  }

  private void value(Random random, int depth) {
    switch (random.nextInt(depth < MAX_DEPTH ? 12 : 10)) {
      case 0 -> {
        int number = random.nextInt();
        expected.writeInt32(number);
        buffer.number(number);
      }
      case 1 -> {
        long number = random.nextLong();
        expected.writeInt64(number);
        buffer.number(number);
      }
      case 2 -> {
        double number = random.nextGaussian();
        expected.writeDouble(number);
        buffer.number(number);
      }
      case 3 -> {
        Decimal128 number = new Decimal128(random.nextLong());
        expected.writeDecimal128(number);
        buffer.number(number);
      }
      case 4 -> {
        long date = random.nextLong();
        expected.writeDateTime(date);
        buffer.date(date);
      }
      case 5 -> {
        boolean truth = random.nextBoolean();
        expected.writeBoolean(truth);
        buffer.bool(truth);
      }
      case 6 -> {
        expected.writeNull();
        buffer.nothing();
      }
      case 7 -> {
        byte[] binary = new byte[random.nextInt(20)];
        random.nextBytes(binary);
        expected.writeBinaryData(new BsonBinary(binary));
        buffer.binary(binary);
      }
      case 8 -> {
        String text = text(random, 3_000);
        expected.writeString(text);
        buffer.text(text);
      }
      case 9 -> {
        String text = text(random, 60);
        byte[] within = utf8("é" + text + "z");
        expected.writeString(text);
        buffer.text(within, 2, within.length - 1);
      }
      case 10 -> {
        expected.writeStartDocument();
        buffer.startObject();
        for (int i = random.nextInt(3); i > 0; i--) {
          name(random);
          value(random, depth + 1);
        }
        expected.writeEndDocument();
        buffer.end();
      }
      default -> {
        expected.writeStartArray();
        buffer.startArray();
        for (int i = random.nextInt(3); i > 0; i--) {
          value(random, depth + 1);
        }
        expected.writeEndArray();
        buffer.end();
      }
    }
  }

  private static String text(Random random, int most) {
    StringBuilder text = new StringBuilder();
    int alphabet = random.nextBoolean() ? 0x80 : 0x1_F700;
    for (int i = random.nextInt(most); i > 0; i--) {
      int point = random.nextInt(alphabet);
      text.appendCodePoint(Character.isValidCodePoint(point) && !isSurrogate(point) ? point : 'x');
    }
    return text.toString();
  }

  private static boolean isSurrogate(int point) {
    return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
  }

  private static byte[] bytes(RawBsonDocument document) {
    byte[] bytes = new byte[document.getByteBuffer().remaining()];
    document.getByteBuffer().get(bytes);
    return bytes;
  }
}
