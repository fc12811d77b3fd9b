package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BodyReaderTest {
  private static final int MAX_WIRE = 64 * 1024;
  private static final int MAX_INFLATED = 256 * 1024;
  private static final int MEMORY = 3 * MAX_INFLATED / 2 + MAX_WIRE;

  private final ByteBudget memory = new ByteBudget(MEMORY, MAX_WIRE);
  private final AtomicBoolean draining = new AtomicBoolean();
  private final BodyReader reader =
      new BodyReader(MAX_WIRE, MAX_INFLATED, Duration.ofSeconds(30), memory, draining::get);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 16 * 1024, 16 * 1024 + 1, 64 * 1024})
  void read_returnsEveryByteOfAPlainBody(int size) {
    // Given
    byte[] sent = randomBytes(size);

    // When
    Body announced = read(sent, Compression.IDENTITY);
    Body chunked = read(() -> new ByteArrayInputStream(sent), -1, Compression.IDENTITY);

    // Then
    assertThat(content(announced)).isEqualTo(sent);
    assertThat(content(chunked)).isEqualTo(sent);
  }

  @ParameterizedTest
  @EnumSource(
      value = Compression.class,
      names = {"GZIP", "ZSTD"})
  void read_inflates(Compression compression) {
    // Given
    byte[] plain = randomBytes(60_000);

    // When
    Body body = read(compressed(plain, compression), compression);

    // Then
    assertThat(content(body)).isEqualTo(plain);
  }

  @ParameterizedTest
  @EnumSource(
      value = Compression.class,
      names = {"GZIP", "ZSTD"})
  void read_inflatesConcatenatedMembersThatArriveOneByOne(Compression compression) {
    // Given a stream that never admits to having more than the byte at hand
    byte[] sent =
        Bodies.concatenated(
            compressed("first ".getBytes(UTF_8), compression),
            compressed("second".getBytes(UTF_8), compression));

    // When
    Body body = read(() -> new TricklingStream(sent), -1, compression);

    // Then
    assertThat(new String(content(body), UTF_8)).isEqualTo("first second");
  }

  @ParameterizedTest
  @EnumSource(
      value = Compression.class,
      names = {"GZIP", "ZSTD"})
  void read_refusesABodyCutAnywhere(Compression compression) {
    byte[] whole = compressed(randomBytes(5_000), compression);
    for (int length = 1; length < whole.length; length += 61) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThat(refusal(() -> read(cut, compression)).code())
          .as("cut to %d of %d bytes", length, whole.length)
          .isEqualTo("corrupt_compression");
    }
    assertThat(refusal(() -> read(Arrays.copyOf(whole, whole.length - 1), compression)).status())
        .isEqualTo(400);
  }

  @ParameterizedTest
  @EnumSource(
      value = Compression.class,
      names = {"GZIP", "ZSTD"})
  void read_refusesGarbageAfterTheCompressedBody(Compression compression) {
    // Given a second member whose beginning is damaged: ignoring it would lose its events
    byte[] second = compressed("second".getBytes(UTF_8), compression);
    second[1] ^= 0x55;
    byte[] sent = Bodies.concatenated(compressed("first".getBytes(UTF_8), compression), second);

    // When
    Problem problem = refusal(() -> read(sent, compression));

    // Then
    assertThat(problem.code()).isEqualTo("corrupt_compression");
  }

  @Test
  void read_takesGzipThatNamesItsFile() {
    assertThat(content(read(Bodies.gzipNamed("events.json", new byte[] {1, 2}), Compression.GZIP)))
        .containsExactly(1, 2);
  }

  @Test
  void read_refusesGzipWhoseHeadGrowsInMemory() {
    // Given names, which are read whole and into memory that no budget counts
    byte[] first = Bodies.gzipNamed("n".repeat(50_000), new byte[] {1});
    byte[] second = Bodies.concatenated(Bodies.gzip(new byte[] {1}), first);

    // Then
    assertThat(refusal(() -> read(first, Compression.GZIP)).code())
        .isEqualTo("corrupt_compression");
    assertThat(refusal(() -> read(second, Compression.GZIP)).code())
        .isEqualTo("corrupt_compression");
    assertThat(memory.availableBytes()).isEqualTo(MEMORY);
  }

  @Test
  void read_takesAnyNumberOfGzipMembers() {
    byte[] member = Bodies.gzipNamed("n".repeat(1_000), new byte[] {1});
    byte[][] members = new byte[60][];
    Arrays.fill(members, member);

    assertThat(read(Bodies.concatenated(members), Compression.GZIP).length()).isEqualTo(60);
  }

  @Test
  void read_refusesGzipWhoseChecksumDoesNotMatch() {
    byte[] sent = Bodies.gzip(randomBytes(1_000));
    sent[sent.length - 6] ^= 1;

    assertThat(refusal(() -> read(sent, Compression.GZIP)).code()).isEqualTo("corrupt_compression");
  }

  @ParameterizedTest
  @EnumSource(
      value = Compression.class,
      names = {"GZIP", "ZSTD"})
  void read_refusesABomb(Compression compression) {
    // Given
    byte[] bomb = compressed(new byte[50 * MAX_INFLATED], compression);
    assertThat(bomb.length).isLessThan(MAX_WIRE);

    // When
    Problem problem = refusal(() -> read(bomb, compression));

    // Then
    assertThat(problem.status()).isEqualTo(413);
    assertThat(problem.code()).isEqualTo("inflated_body_too_large");
    assertThat(problem.fix()).contains("HTTP_MAX_INFLATED_BYTES");
  }

  @ParameterizedTest
  @EnumSource(
      value = Compression.class,
      names = {"GZIP", "ZSTD"})
  void read_takesABodyOfExactlyTheInflatedLimit(Compression compression) {
    byte[] plain = new byte[MAX_INFLATED];

    assertThat(read(compressed(plain, compression), compression).length()).isEqualTo(MAX_INFLATED);
  }

  @Test
  void read_refusesAZstdWindowOverTheLimit() {
    // Given a frame whose reader would need 16 MiB of native memory
    byte[] sent = Bodies.zstdWithWindow(new byte[100_000], Compression.ZSTD_WINDOW_LOG + 1);

    // When
    Problem problem = refusal(() -> read(sent, Compression.ZSTD));

    // Then it is not called damage: a smaller window is all it takes
    assertThat(problem.status()).isEqualTo(413);
    assertThat(problem.code()).isEqualTo("zstd_window_too_large");
  }

  @Test
  void read_takesAZstdWindowOfTheLimit() {
    byte[] sent = Bodies.zstdWithWindow(new byte[100_000], Compression.ZSTD_WINDOW_LOG);

    assertThat(read(sent, Compression.ZSTD).length()).isEqualTo(100_000);
  }

  @Test
  void read_refusesByAnnouncedLengthWithoutReading() {
    Problem problem =
        refusal(
            () ->
                read(
                    () -> {
                      throw new AssertionError("opened");
                    },
                    MAX_WIRE + 1,
                    Compression.IDENTITY));

    assertThat(problem.status()).isEqualTo(413);
    assertThat(problem.code()).isEqualTo("body_too_large");
    assertThat(problem.fix()).contains("HTTP_MAX_BODY_BYTES");
  }

  @Test
  void read_refusesAnUnannouncedBodyOverTheWireLimit() {
    InputStream sent = new ByteArrayInputStream(new byte[MAX_WIRE + 1]);

    assertThat(refusal(() -> read(() -> sent, -1, Compression.IDENTITY)).code())
        .isEqualTo("body_too_large");
  }

  @Test
  void read_countsWireBytesOfCompressedBodiesToo() {
    InputStream sent = new ByteArrayInputStream(Bodies.gzip(randomBytes(MAX_WIRE + 1)));

    assertThat(refusal(() -> read(() -> sent, -1, Compression.GZIP)).code())
        .isEqualTo("body_too_large");
  }

  @Test
  void read_refusesABodyThatTricklesPastTheTimeout() {
    // Given
    var hurried =
        new BodyReader(MAX_WIRE, MAX_INFLATED, Duration.ofNanos(1), memory, draining::get);

    // When
    Problem problem =
        refusal(
            () ->
                read(hurried, () -> new TricklingStream(new byte[100]), -1, Compression.IDENTITY));

    // Then
    assertThat(problem.status()).isEqualTo(408);
    assertThat(problem.headers()).containsEntry("Connection", "close");
  }

  @Test
  void read_tellsAnIdleTimeoutFromABrokenConnection() {
    InputStream idle = new FailingStream(new IOException(new TimeoutException()));
    InputStream broken = new FailingStream(new IOException("reset"));

    assertThat(refusal(() -> read(() -> idle, -1, Compression.GZIP)).code())
        .isEqualTo("body_too_slow");
    assertThat(refusal(() -> read(() -> broken, -1, Compression.ZSTD)).code())
        .isEqualTo("incomplete_body");
  }

  @Test
  void read_doesNotBlameTheClientForABodyThatShutdownCutShort() {
    // Given a server that stops and ends its idle connections
    draining.set(true);
    InputStream idle = new FailingStream(new IOException(new TimeoutException()));

    // When
    Problem problem = refusal(() -> read(() -> idle, -1, Compression.IDENTITY));

    // Then the answer asks the client to send the event again
    assertThat(problem.code()).isEqualTo("draining");
    assertThat(problem.status()).isEqualTo(503);
  }

  @Test
  void read_givesItsMemoryBackOnceTheBodyIsClosed() {
    Body body = read(Bodies.gzip(randomBytes(20_000)), Compression.GZIP);
    assertThat(memory.availableBytes()).isEqualTo(MEMORY - 32 * 1024);

    body.close();

    assertThat(memory.availableBytes()).isEqualTo(MEMORY);
  }

  @Test
  void receive_takesExactlyTheAnnouncedLength() {
    try (Body body =
        reader.receive(
            () -> new ByteArrayInputStream(randomBytes(60_001)), 60_001, "client", new NoTimer())) {
      assertThat(body.bytes()).hasSize(60_001);
      assertThat(memory.usedBytes()).isEqualTo(60_001);
    }
    assertThat(memory.usedBytes()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, MAX_WIRE})
  void receive_takesMemoryAsBytesCome(int contentLength) {
    // Given a body of which little comes
    long[] used = {0};
    InputStream stalled =
        new InputStream() {
          private int sent;

          @Override
          public int read() {
            throw new AssertionError("read one by one");
          }

          @Override
          public int read(byte[] target, int offset, int length) throws IOException {
            used[0] = Math.max(used[0], memory.usedBytes());
            if (sent >= 1_000) {
              throw new IOException(new TimeoutException());
            }
            sent += 1_000;
            return Math.min(1_000, length);
          }
        };

    // When
    Problem problem = refusal(() -> read(() -> stalled, contentLength, Compression.IDENTITY));

    // Then
    assertThat(problem.code()).isEqualTo("body_too_slow");
    assertThat(used[0]).isEqualTo(16 * 1024);
  }

  @Test
  void read_givesItsMemoryBackWhenItRefuses() {
    assertThat(
            refusal(() -> read(Bodies.gzip(new byte[2 * MAX_INFLATED]), Compression.GZIP)).code())
        .isEqualTo("inflated_body_too_large");
    assertThat(refusal(() -> read(new byte[] {1, 2, 3}, Compression.ZSTD)).code())
        .isEqualTo("corrupt_compression");

    assertThat(memory.availableBytes()).isEqualTo(MEMORY);
  }

  @Test
  void read_refusesABodyForWhichThereIsNoMemoryNow() {
    // Given another request that holds nearly all
    ByteBudget.Reservation other = memory.reserve();
    other.grow(MEMORY - 9_999);

    // When
    Problem announced = refusal(() -> read(new byte[10_000], Compression.IDENTITY));
    Problem inflated = refusal(() -> read(Bodies.gzip(new byte[10_000]), Compression.GZIP));

    // Then
    assertThat(announced.status()).isEqualTo(429);
    assertThat(announced.headers()).containsEntry("Retry-After", "1");
    assertThat(inflated.code()).isEqualTo("overloaded");
    other.close();
    assertThat(read(new byte[10_000], Compression.IDENTITY).length()).isEqualTo(10_000);
  }

  private Body read(byte[] sent, Compression compression) {
    return read(() -> new ByteArrayInputStream(sent), sent.length, compression);
  }

  private Body read(Supplier<InputStream> sent, long contentLength, Compression compression) {
    return read(reader, sent, contentLength, compression);
  }

  private static Body read(
      BodyReader reader, Supplier<InputStream> sent, long contentLength, Compression compression) {
    Body wire = reader.receive(sent, contentLength, "client", new NoTimer());
    try {
      Body body = reader.inflate(wire, compression, Integer.MAX_VALUE).orElseThrow();
      wire.received();
      if (body != wire) {
        wire.close();
      }
      return body;
    } catch (ProblemException e) {
      wire.close();
      throw e;
    }
  }

  private static byte[] content(Body body) {
    return Arrays.copyOf(body.bytes(), body.length());
  }

  private static byte[] compressed(byte[] plain, Compression compression) {
    return switch (compression) {
      case IDENTITY -> plain;
      case GZIP -> Bodies.gzip(plain);
      case ZSTD -> Bodies.zstd(plain);
    };
  }

  private static byte[] randomBytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private static Problem refusal(Runnable action) {
    return catchThrowableOfType(ProblemException.class, action::run).problem();
  }

  private static final class NoTimer implements WireStream.ReadTimer {
    @Override
    public void begin(long endNanos) {}

    @Override
    public void end() {}
  }

  /** Gives one byte at a time and says nothing is available, as a slow network does. */
  private static final class TricklingStream extends InputStream {
    private final InputStream bytes;

    TricklingStream(byte[] bytes) {
      this.bytes = new ByteArrayInputStream(bytes);
    }

    @Override
    public int read() throws IOException {
      return bytes.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return bytes.read(target, offset, Math.min(1, length));
    }
  }

  private static final class FailingStream extends InputStream {
    private final IOException failure;

    FailingStream(IOException failure) {
      this.failure = failure;
    }

    @Override
    public int read() throws IOException {
      throw failure;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return read();
    }
  }
}
