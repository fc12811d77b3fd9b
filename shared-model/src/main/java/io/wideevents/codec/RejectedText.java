package io.wideevents.codec;

import io.wideevents.event.ContentHash;
import io.wideevents.event.DeadLetterFormat;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The text of a rejected event, for its dead letter. The values that are redacted in an accepted
 * event are redacted here as well, as far as the event could be read: the text of an event that is
 * not JSON is unchanged.
 *
 * <p>Refers to the body, which must not change before {@link #bytes} is called. Immutable.
 */
public final class RejectedText {
  private static final byte[] NOTHING = {};

  private final byte[] body;
  private final int start;
  private final int end;
  private final @Nullable Splice splice;
  private final int keptEnd;

  private RejectedText(byte[] body, int start, int end, @Nullable Splice splice, int keptEnd) {
    this.body = body;
    this.start = start;
    this.end = end;
    this.splice = splice;
    this.keptEnd = keptEnd;
  }

  /**
   * The text in {@code [start, end)}. Only the beginning of an event that is too large is kept.
   *
   * @param splice the redacted values; null if the event could not be read
   */
  static RejectedText of(
      byte[] body, int start, int end, @Nullable Splice splice, int maxEventBytes) {
    int keptEnd =
        end - start <= maxEventBytes
            ? end
            : start + Math.min(maxEventBytes, DeadLetterFormat.STUB_HEAD_BYTES);
    return new RejectedText(body, start, end, splice, keptEnd);
  }

  /** A text of which nothing is kept, because parts of it were overwritten to read the others. */
  static RejectedText overwritten(int start, int end) {
    return new RejectedText(NOTHING, start, end, null, start);
  }

  /** A text of which nothing is kept, because the event was not sent as JSON. */
  public static RejectedText notKept(int bytes) {
    // At least one byte is missing, so that the dead letter is a stub.
    return overwritten(0, Math.max(1, bytes));
  }

  int start() {
    return start;
  }

  int end() {
    return end;
  }

  /** Whether parts of the text in the body were overwritten, so that it must not be read again. */
  boolean isOverwritten() {
    return keptEnd == start;
  }

  /** The text, or its beginning if it {@link #isCut}. Copies it. */
  public byte[] bytes() {
    if (isOverwritten()) {
      return NOTHING;
    }
    return splice == null
        ? Arrays.copyOfRange(body, start, keptEnd)
        : splice.redacted(body, start, keptEnd);
  }

  /** Whether a value of the text is redacted. */
  boolean isRedacted() {
    return splice != null && splice.redactsAny();
  }

  /** The hash that the whole text would have as an event; its body must be unchanged. */
  ContentHash hash() {
    return splice == null
        ? ContentHash.of(body, start, end - start)
        : splice.hash(body, start, end);
  }

  /** Whether a part of the text is missing in {@link #bytes}. */
  public boolean isCut() {
    return keptEnd < end;
  }

  /** Number of bytes of the whole text, as it was sent. */
  public int length() {
    return end - start;
  }
}
