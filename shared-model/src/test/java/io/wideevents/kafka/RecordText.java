package io.wideevents.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Every byte of a record as text: for tests that hold the format on the wire. */
public final class RecordText {
  private static final int SHOWN = 300;

  private RecordText() {}

  /** Key, value and headers, one a line; long ones as their length, beginning and hash. */
  public static String of(ProducerRecord<byte[], byte[]> record) {
    StringBuilder text = new StringBuilder();
    text.append("topic: ").append(record.topic()).append('\n');
    text.append("key: ").append(text(record.key())).append('\n');
    text.append("value: ").append(text(record.value())).append('\n');
    for (Header header : record.headers()) {
      text.append(header.key()).append(": ").append(text(header.value())).append('\n');
    }
    return text.toString();
  }

  private static String text(byte @Nullable [] bytes) {
    if (bytes == null) {
      return "none";
    }
    String all = "<" + new String(bytes, UTF_8) + ">";
    return bytes.length <= SHOWN
        ? all
        : "%s... %d bytes, sha256 %s"
            .formatted(all.substring(0, 20), bytes.length, HexFormat.of().formatHex(hash(bytes)));
  }

  private static byte[] hash(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
