package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.codec.BodyFormat;
import io.wideevents.codec.BodyPattern;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The work for a body is linear in its size, whatever it holds: counts operations, not time, while
 * the size quadruples from 32 KiB to 2 MiB.
 *
 * <p>At one size the work may jump once: an event that has become too large is read again to say
 * why. So the bound is on the operations for each byte, from the smallest size to any larger one.
 */
@Tag("slow")
class LinearRequestsTest {
  private static final int SMALLEST = 32 * 1024;
  private static final int LARGEST = 2 * 1024 * 1024;
  // Of the operations for each byte; quadratic work would have 64 times as many at the end.
  private static final double MAX_GROWTH = 2.2;
  // Fewer than this for a byte are never a problem, and a first jump from nearly none to a few
  // would look like growth.
  private static final double FEW_OPERATIONS = 12;
  private static final int MANY_PARTS = 2_000;

  private static Work work;

  /** What is counted. */
  public interface Work {
    /**
     * Does it.
     *
     * @return how many bytes were read and written, so that no work is left out as unused
     */
    long run(byte[] wire, String coding, String format);
  }

  @BeforeAll
  static void load() throws ReflectiveOperationException {
    Class<?> counted = Class.forName(RequestWork.class.getName(), true, new CountingLoader());
    work = (Work) counted.getConstructor().newInstance();
  }

  @ParameterizedTest
  @EnumSource
  void plain_takesLinearWork(BodyPattern pattern) {
    assertLinear(pattern, "identity", body -> body);
  }

  @ParameterizedTest
  @EnumSource(names = {"TINY_LINES", "EMPTY_LINES", "JUNK_THEN_BROKEN_LINES", "BINARY_LINES"})
  void compressed_takesLinearWork(BodyPattern pattern) {
    assertLinear(pattern, "gzip", Bodies::gzip);
    assertLinear(pattern, "zstd", Bodies::zstd);
  }

  @Test
  void gzipMembers_takeLinearWork() {
    assertLinear("gzip", parts -> repeated(Bodies.gzip(new byte[0]), parts));
    assertLinear("gzip", parts -> repeated(Bodies.gzip("{}{}\n".getBytes(UTF_8)), parts));
    assertLinear("gzip", parts -> repeated(Bodies.gzipNamed("n".repeat(500), new byte[0]), parts));
  }

  @Test
  void zstdFrames_takeLinearWork() {
    assertLinear("zstd", parts -> repeated(Bodies.zstd(new byte[0]), parts));
    assertLinear("zstd", parts -> repeated(Bodies.zstd("{}{}\n".getBytes(UTF_8)), parts));
  }

  /** Doubles the number of parts of a body. */
  private static void assertLinear(String coding, IntFunction<byte[]> body) {
    long before = operations(body.apply(MANY_PARTS), coding, BodyFormat.NDJSON).operations();
    for (int parts = 2 * MANY_PARTS; parts <= 16 * MANY_PARTS; parts *= 2) {
      long after = operations(body.apply(parts), coding, BodyFormat.NDJSON).operations();
      assertThat(after)
          .as("%d parts, before %d", parts, before)
          .isLessThan((long) (MAX_GROWTH * before));
      before = after;
    }
  }

  private static void assertLinear(
      BodyPattern pattern, String coding, UnaryOperator<byte[]> compression) {
    Instant now = Instant.now();
    double least = Double.MAX_VALUE;
    StringBuilder seen = new StringBuilder();
    for (int size = SMALLEST; size <= LARGEST; size *= 4) {
      byte[] body = pattern.make(new Random(4711), size, now);
      Counted counted = operations(compression.apply(body), coding, pattern.format());
      double each = (double) counted.operations() / body.length;
      seen.append(" %.2f".formatted(each));
      assertThat(each)
          .as("%s, %s: operations for each byte as the size quadruples:%s", pattern, coding, seen)
          .isLessThanOrEqualTo(Math.max(FEW_OPERATIONS, MAX_GROWTH * least));
      least = Math.min(least, each);
    }
  }

  private static Counted operations(byte[] wire, String coding, BodyFormat format) {
    long before = Operations.count();
    long bytes = work.run(wire, coding, format.name());
    long operations = Operations.count() - before;
    assertThat(operations).as("operations counted").isPositive();
    return new Counted(operations, bytes);
  }

  /** What one run did; the bytes keep its work from being left out. */
  private record Counted(long operations, long bytes) {}

  private static byte[] repeated(byte[] part, int times) {
    byte[][] parts = new byte[times][];
    Arrays.fill(parts, part);
    return Bodies.concatenated(parts);
  }
}
