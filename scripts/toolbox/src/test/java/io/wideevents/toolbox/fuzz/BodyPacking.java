package io.wideevents.toolbox.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * How a generated body is compressed, well and badly. The same dice and body give the same bytes.
 */
enum BodyPacking {
  PLAIN("", (random, body) -> body),
  GZIP("gzip", (random, body) -> member(body, level(random), 0)),
  GZIP_STORED("gzip", (random, body) -> member(body, Deflater.NO_COMPRESSION, 0)),
  GZIP_MEMBERS("gzip", (random, body) -> parts(random, body, part -> member(part, 6, 0))),
  GZIP_HEADS("x-gzip", (random, body) -> member(body, 1, random.nextInt(31 * 1024))),
  GZIP_LONG_HEAD("gzip", (random, body) -> member(body, 1, 40 * 1024)),
  GZIP_EMPTY_MEMBERS(
      "gzip", (random, body) -> joined(repeated(member(new byte[0], 1, 0), body), member(body))),
  GZIP_CUT("gzip", (random, body) -> cut(random, member(body))),
  GZIP_DAMAGED("gzip", (random, body) -> damaged(random, member(body))),
  GZIP_WRONG_CRC("gzip", (random, body) -> wrongCheck(member(body))),
  GZIP_THEN_TEXT("gzip", (random, body) -> joined(member(body), "{}".getBytes(ISO_8859_1))),
  GZIP_BUT_PLAIN("gzip", (random, body) -> body),

  ZSTD("zstd", (random, body) -> Zstd.compress(body, level(random))),
  ZSTD_FRAMES("zstd", (random, body) -> parts(random, body, part -> Zstd.compress(part, 1))),
  ZSTD_UNKNOWN_SIZE("zstd", (random, body) -> streamed(body, 0)),
  ZSTD_WIDE_WINDOW("zstd", (random, body) -> streamed(body, 27)),
  ZSTD_SKIPPABLE("zstd", (random, body) -> joined(skippable(random), Zstd.compress(body, 1))),
  ZSTD_EMPTY_FRAMES(
      "zstd",
      (random, body) -> joined(repeated(Zstd.compress(new byte[0]), body), Zstd.compress(body, 1))),
  ZSTD_DICTIONARY("zstd", BodyPacking::withDictionary),
  ZSTD_CUT("zstd", (random, body) -> cut(random, Zstd.compress(body, 1))),
  ZSTD_DAMAGED("zstd", (random, body) -> damaged(random, Zstd.compress(body, 1))),
  ZSTD_THEN_TEXT("zstd", (random, body) -> joined(Zstd.compress(body, 1), body)),

  GZIP_IN_ZSTD("gzip, zstd", (random, body) -> Zstd.compress(member(body), 1)),
  GZIP_CALLED_ZSTD("zstd", (random, body) -> member(body)),
  BROTLI("br", (random, body) -> body);

  private static final int MAX_REPEATED = 100_000;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;

  private final String encoding;
  private final Packer packer;

  BodyPacking(String encoding, Packer packer) {
    this.encoding = encoding;
    this.packer = packer;
  }

  /** What {@code Content-Encoding} says; empty for a request without the header. */
  String encoding() {
    return encoding;
  }

  byte[] pack(Random random, byte[] body) {
    return packer.pack(random, body);
  }

  private static byte[] member(byte[] data) {
    return member(data, Deflater.BEST_SPEED, 0);
  }

  /**
   * A gzip member (RFC 1952).
   *
   * @param headBytes about how many bytes of extra field, name and comment stand in its head
   */
  private static byte[] member(byte[] data, int level, int headBytes) {
    var out = new ByteArrayOutputStream(data.length / 4 + headBytes + 64);
    int flags = headBytes == 0 ? 0 : EXTRA | NAME | COMMENT;
    out.writeBytes(new byte[] {0x1F, (byte) 0x8B, 8, (byte) flags, 0, 0, 0, 0, 0, 3});
    if (headBytes > 0) {
      int each = headBytes / 3;
      int extra = each + 4;
      out.writeBytes(new byte[] {(byte) extra, (byte) (extra >> 8)});
      out.writeBytes(new byte[] {'w', 'e', (byte) each, (byte) (each >> 8)});
      out.writeBytes(new byte[each]);
      byte[] text = "n".repeat(each).getBytes(ISO_8859_1);
      out.writeBytes(text);
      out.write(0);
      out.writeBytes(text);
      out.write(0);
    }
    Deflater deflater = new Deflater(level, true);
    deflater.setInput(data);
    deflater.finish();
    byte[] chunk = new byte[1 << 16];
    while (!deflater.finished()) {
      out.write(chunk, 0, deflater.deflate(chunk));
    }
    deflater.end();
    CRC32 check = new CRC32();
    check.update(data);
    out.writeBytes(littleEndian((int) check.getValue()));
    out.writeBytes(littleEndian(data.length));
    return out.toByteArray();
  }

  private static byte[] streamed(byte[] body, int windowLog) {
    var out = new ByteArrayOutputStream();
    try (var zstd = new ZstdOutputStreamNoFinalizer(out, 1)) {
      if (windowLog > 0) {
        zstd.setLong(windowLog);
      }
      zstd.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static byte[] withDictionary(Random random, byte[] body) {
    byte[] dictionary = new byte[1024];
    random.nextBytes(dictionary);
    return Zstd.compressUsingDict(body, dictionary, 1);
  }

  /** A frame of RFC 8878 that a decoder passes over. */
  private static byte[] skippable(Random random) {
    byte[] ignored = new byte[random.nextInt(1 << 16)];
    return joined(
        joined(littleEndian(0x184D2A50 + random.nextInt(16)), littleEndian(ignored.length)),
        ignored);
  }

  private static int level(Random random) {
    return 1 + random.nextInt(6);
  }

  /** As many of them as the body has bytes, and as make a test of their number. */
  private static byte[] repeated(byte[] unit, byte[] body) {
    int times = Math.min(body.length, MAX_REPEATED);
    byte[] all = new byte[unit.length * times];
    for (int i = 0; i < times; i++) {
      System.arraycopy(unit, 0, all, i * unit.length, unit.length);
    }
    return all;
  }

  private static byte[] parts(Random random, byte[] body, Part pack) {
    var out = new ByteArrayOutputStream();
    int least = 1 + body.length / 1000;
    for (int from = 0; from < body.length; ) {
      int to = Math.min(body.length, from + least + random.nextInt(1 + 20 * least));
      out.writeBytes(pack.pack(Arrays.copyOfRange(body, from, to)));
      from = to;
    }
    return body.length == 0 ? pack.pack(body) : out.toByteArray();
  }

  private static byte[] cut(Random random, byte[] packed) {
    return Arrays.copyOf(packed, random.nextInt(packed.length));
  }

  private static byte[] damaged(Random random, byte[] packed) {
    for (int i = random.nextInt(3); i >= 0; i--) {
      packed[random.nextInt(packed.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return packed;
  }

  /** The last eight bytes of a member are the check sum and the length. */
  private static byte[] wrongCheck(byte[] member) {
    member[member.length - 8] ^= 1;
    return member;
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static byte[] littleEndian(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  private interface Packer {
    byte[] pack(Random random, byte[] body);
  }

  private interface Part {
    byte[] pack(byte[] part);
  }
}
