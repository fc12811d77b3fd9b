package io.wideevents.gateway.http;

import io.wideevents.codec.BodyResult;
import io.wideevents.codec.EventEncoder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Inflates and checks whole bodies. Small plain bodies are checked by the request's own thread: it
 * takes less time than the change of threads. The others are worked on by platform threads, because
 * a virtual thread gives its processor to no other request, such as one for health, before it ends.
 *
 * <p>There are three lanes, so that small bodies do not wait for large ones. A compressed body's
 * size is unknown: it begins in the first lane, and begins again in the next when it turns out to
 * be too large. A decoder is never held while a body waits.
 *
 * <p>Measured with large bodies that took their turns on virtual threads, eight clients and two
 * busy processors: bodies of 21 MB delayed small requests by 2 to 4 s when all processors worked on
 * them, and by 40 ms when one did not. Safe for concurrent use.
 */
final class BodyWork implements AutoCloseable {
  /** Checked in one or two milliseconds. */
  static final int MAX_INLINE_BYTES = 16 * 1024;

  static final int MAX_SMALL_BYTES = 256 * 1024;

  /** Batches of a thousand events, which senders in bulk post, have all processors. */
  static final int MAX_MEDIUM_BYTES = 4 * 1024 * 1024;

  // An overloaded gateway answers within the time that clients wait.
  private static final Duration MAX_WAIT = Duration.ofSeconds(10);

  private record Lane(int maxBytes, WorkLane threads) {}

  private final BodyReader bodies;
  private final EventEncoder encoder;
  private final List<Lane> lanes;

  BodyWork(BodyReader bodies, EventEncoder encoder) {
    this.bodies = bodies;
    this.encoder = encoder;
    int processors = Runtime.getRuntime().availableProcessors();
    this.lanes =
        List.of(
            new Lane(MAX_SMALL_BYTES, new WorkLane("bodies-small", processors, MAX_WAIT)),
            new Lane(MAX_MEDIUM_BYTES, new WorkLane("bodies-medium", processors, MAX_WAIT)),
            // One processor is left to everything else, and the memory of one parser.
            new Lane(
                Integer.MAX_VALUE,
                new WorkLane("bodies-large", Math.max(1, processors - 1), MAX_WAIT)));
  }

  /**
   * What a body turned out to hold.
   *
   * @param body the bytes that the events refer to
   */
  record Done(Body body, BodyResult result) implements AutoCloseable {
    @Override
    public void close() {
      body.close();
    }
  }

  /**
   * Inflates and checks a body; blocks until that is done.
   *
   * @param sent the whole body as it was sent; still to be closed afterwards
   * @throws ProblemException 400 when the compression is damaged, 413 when the body is too large,
   *     429 when there is no memory or no processor for it now, 503 when the server ends
   */
  Done on(Body sent, BodyShape shape, String client) {
    boolean isPlain = shape.compression() == Compression.IDENTITY;
    if (isPlain && sent.length() <= MAX_INLINE_BYTES) {
      return encode(sent, shape, Integer.MAX_VALUE).orElseThrow();
    }
    for (Lane lane : lanes) {
      if (!isPlain || sent.length() <= lane.maxBytes()) {
        Optional<Done> done =
            lane.threads().run(client, () -> encode(sent, shape, lane.maxBytes()));
        if (done.isPresent()) {
          return done.get();
        }
      }
    }
    throw new IllegalStateException("The last lane takes a body of any size");
  }

  /** How many bodies wait for their turn, about. */
  int waiting() {
    return lanes.stream().mapToInt(lane -> lane.threads().waiting()).sum();
  }

  /** How many clients have bodies in a lane. */
  int clients() {
    return lanes.stream().mapToInt(lane -> lane.threads().clients()).sum();
  }

  /** Answers the bodies that wait with 503. Those that are worked on are finished. */
  @Override
  public void close() {
    lanes.forEach(lane -> lane.threads().close());
  }

  /**
   * @return empty if the body has more than {@code maxBytes}
   */
  private Optional<Done> encode(Body sent, BodyShape shape, int maxBytes) {
    Optional<Body> inflated = bodies.inflate(sent, shape.compression(), maxBytes);
    if (inflated.isEmpty()) {
      return Optional.empty();
    }
    Body body = inflated.get();
    try {
      // From here on the client does not decide how long the memory is held.
      sent.received();
      if (body != sent) {
        sent.close();
      }
      BodyResult result = encoder.encode(body.bytes(), body.length(), shape.format());
      return Optional.of(new Done(body, result));
    } catch (RuntimeException | Error e) {
      body.close();
      throw e;
    }
  }
}
