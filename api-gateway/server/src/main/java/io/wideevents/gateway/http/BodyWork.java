package io.wideevents.gateway.http;

import io.javalin.http.Context;
import io.wideevents.codec.BodyResult;
import io.wideevents.codec.EventEncoder;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * Receives bodies, inflates and checks them. The request's thread checks small plain bodies itself,
 * because that takes less time than a change of threads. Platform threads process all other bodies.
 * A virtual thread that computes is not preempted, so other requests, such as health checks, would
 * wait for its carrier thread.
 *
 * <p>There are three pools, so that small bodies do not wait for large ones. The inflated size of a
 * compressed body is unknown. Such a body starts in the first pool, and starts again in the next
 * pool when it turns out to be too large. A waiting body holds no decoder.
 *
 * <p>Measured with eight clients, two busy processors, and large bodies that alternated on virtual
 * threads: bodies of 21 MB delayed small requests by 2 to 4 s when all processors worked on large
 * bodies, and by 40 ms when one processor did not. Safe for concurrent use.
 */
final class BodyWork implements AutoCloseable {
  /**
   * The request's own thread checks plain bodies up to this size. That takes one or two
   * milliseconds.
   */
  static final int MAX_INLINE_BYTES = 16 * 1024;

  /**
   * The same for bodies of OTLP. Each event repeats its resource, so the time grows with the square
   * of the size: 14 KB can take 250 ms.
   */
  static final int MAX_INLINE_OTLP_BYTES = 2 * 1024;

  static final int MAX_SMALL_BYTES = 256 * 1024;

  /**
   * Bodies up to this size, such as a bulk sender's batch of a thousand events, may use all
   * processors.
   */
  static final int MAX_MEDIUM_BYTES = 4 * 1024 * 1024;

  // Shorter than the usual timeout of clients, so that an overloaded gateway still answers them.
  private static final Duration MAX_WAIT = Duration.ofSeconds(10);

  private record Pool(int maxBytes, BodyThreads threads) {}

  private final BodyReader bodies;
  private final EventEncoder encoder;
  private final List<Pool> pools;

  BodyWork(BodyReader bodies, EventEncoder encoder) {
    this.bodies = bodies;
    this.encoder = encoder;
    int processors = Runtime.getRuntime().availableProcessors();
    this.pools =
        List.of(
            new Pool(MAX_SMALL_BYTES, new BodyThreads("bodies-small", processors, MAX_WAIT)),
            new Pool(MAX_MEDIUM_BYTES, new BodyThreads("bodies-medium", processors, MAX_WAIT)),
            // Leaves one processor free for all other work, and bounds the memory that parsers use.
            new Pool(
                Integer.MAX_VALUE,
                new BodyThreads("bodies-large", Math.max(1, processors - 1), MAX_WAIT)));
  }

  /**
   * A checked body.
   *
   * @param body the bytes that the events refer to
   */
  record Done<R>(Body body, R result) implements AutoCloseable {
    @Override
    public void close() {
      body.close();
    }
  }

  /**
   * Reads the complete body of a request, as sent. Blocks until the body has arrived, for the
   * timeout of {@link BodyReader} at most.
   *
   * @throws ProblemException as {@link BodyReader#receive}
   */
  Body receive(Context ctx, String client) {
    try (ReadTimeout timer = ReadTimeout.of(ctx.req())) {
      return bodies.receive(ctx::bodyInputStream, ctx.req().getContentLengthLong(), client, timer);
    }
  }

  /**
   * Inflates and checks a body. Blocks until the result is available.
   *
   * @param sent the complete body as sent; the caller must still close it
   * @throws ProblemException 400 when the compressed data is damaged, 413 when the body is too
   *     large, 429 when there is not enough memory now or the body waited too long for a thread,
   *     503 when the server is stopping
   */
  Done<BodyResult> on(Body sent, BodyShape shape, String client) {
    return on(sent, shape.compression(), client, MAX_INLINE_BYTES, body -> encode(body, shape));
  }

  /**
   * As the other method, for a body of OTLP.
   *
   * @param check reads the inflated body; called once
   */
  <R> Done<R> on(Body sent, Compression compression, String client, Function<Body, R> check) {
    return on(sent, compression, client, MAX_INLINE_OTLP_BYTES, check);
  }

  private <R> Done<R> on(
      Body sent,
      Compression compression,
      String client,
      int maxInlineBytes,
      Function<Body, R> check) {
    boolean isPlain = compression == Compression.IDENTITY;
    if (isPlain && sent.length() <= maxInlineBytes) {
      return inflateAndCheck(sent, compression, Integer.MAX_VALUE, check).orElseThrow();
    }
    for (Pool pool : pools) {
      if (!isPlain || sent.length() <= pool.maxBytes()) {
        Optional<Done<R>> done =
            pool.threads()
                .run(client, () -> inflateAndCheck(sent, compression, pool.maxBytes(), check));
        if (done.isPresent()) {
          return done.get();
        }
      }
    }
    throw new IllegalStateException("The last pool takes a body of any size");
  }

  /** Approximate number of bodies that wait for a thread. */
  int waiting() {
    return pools.stream().mapToInt(pool -> pool.threads().waiting()).sum();
  }

  int clients() {
    return pools.stream().mapToInt(pool -> pool.threads().clients()).sum();
  }

  /** Rejects the waiting bodies with 503. Bodies that are being processed are completed. */
  @Override
  public void close() {
    pools.forEach(pool -> pool.threads().close());
  }

  /**
   * @return empty if the body has more than {@code maxBytes}
   */
  private <R> Optional<Done<R>> inflateAndCheck(
      Body sent, Compression compression, int maxBytes, Function<Body, R> check) {
    Optional<Body> inflated = bodies.inflate(sent, compression, maxBytes);
    if (inflated.isEmpty()) {
      return Optional.empty();
    }
    Body body = inflated.get();
    try {
      // From here on, the client cannot prolong the time for which the memory is reserved.
      sent.received();
      if (body != sent) {
        sent.close();
      }
      return Optional.of(new Done<>(body, check.apply(body)));
    } catch (RuntimeException | Error e) {
      body.close();
      throw e;
    }
  }

  private BodyResult encode(Body body, BodyShape shape) {
    return shape
        .lenient()
        .map(
            rules ->
                encoder.encode(body.bytes(), body.length(), shape.format(), rules, body::reserve))
        .orElseGet(
            () ->
                encoder.encode(
                    body.bytes(),
                    body.length(),
                    Objects.requireNonNull(shape.format()),
                    body::reserve));
  }
}
