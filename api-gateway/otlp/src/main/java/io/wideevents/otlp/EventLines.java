package io.wideevents.otlp;

import java.io.OutputStream;
import java.util.Arrays;
import java.util.function.LongConsumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The events of a body as JSON, one a line, within limits of one line and of all lines. Not safe
 * for concurrent use.
 */
final class EventLines extends OutputStream {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int FIRST_BYTES = 16 * 1024;
  private static final byte[] NONE = {};

  private final int maxLineBytes;
  private final int maxBytes;
  private final LongConsumer memory;
  private byte[] bytes = NONE;
  private int length;
  private int lineStart;
  private int countedBytes;
  private long writtenBytes;

  /** A line has more bytes than an event may have. */
  static final class LineTooLongException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LineTooLongException() {
      super("The line is too long", null, false, false);
    }
  }

  /** All lines together have too many bytes. */
  static final class TooManyBytesException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooManyBytesException() {
      super("The lines are too long together", null, false, false);
    }
  }

  /**
   * @param maxLineBytes limit of one event
   * @param maxBytes limit of all events together
   * @param memory called with the number of bytes before they are allocated; may throw
   */
  EventLines(int maxLineBytes, int maxBytes, LongConsumer memory) {
    this.maxLineBytes = maxLineBytes;
    this.maxBytes = maxBytes;
    this.memory = memory;
  }

  /**
   * Adds an event. If this method throws, the lines are the same as before.
   *
   * @throws LineTooLongException if the event is too long
   * @throws TooManyBytesException if there is no space for the event
   */
  void add(FieldTree event) {
    lineStart = length;
    try {
      JsonGenerator out = JSON.createGenerator(ObjectWriteContext.empty(), this);
      event.write(out);
      // Not closed after an exception, because closing writes the rest of the line.
      out.close();
      write('\n');
    } catch (RuntimeException e) {
      length = lineStart;
      throw e;
    }
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  @Override
  public void write(int one) {
    ensure(1);
    bytes[length++] = (byte) one;
  }

  @Override
  public void write(byte[] from, int offset, int count) {
    if (length - lineStart + count > maxLineBytes) {
      throw new LineTooLongException();
    }
    // Bytes of lines that are too long count as well, because the work for them was done.
    writtenBytes += count;
    if (writtenBytes > maxBytes) {
      throw new TooManyBytesException();
    }
    ensure(count);
    System.arraycopy(from, offset, bytes, length, count);
    length += count;
  }

  private void ensure(int more) {
    int needed = length + more;
    if (needed > maxBytes) {
      throw new TooManyBytesException();
    }
    if (needed > bytes.length) {
      int grown =
          (int) Math.min(maxBytes, Math.max(needed, Math.max(FIRST_BYTES, 2L * bytes.length)));
      // Both arrays exist during the copy.
      memory.accept(grown + grown / 2 - countedBytes);
      countedBytes = grown + grown / 2;
      bytes = Arrays.copyOf(bytes, grown);
    }
  }
}
