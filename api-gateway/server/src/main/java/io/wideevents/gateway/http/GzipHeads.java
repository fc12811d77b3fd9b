package io.wideevents.gateway.http;

import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * Gzip on its way to be inflated, with a bound on what stands before each member's data. The names
 * and comments there may have any length, and are read whole into memory that no budget counts.
 *
 * <p>For one thread. Closing it does nothing.
 */
final class GzipHeads extends InputStream {
  // A file's name has 255 bytes on any system; what is read ahead counts as well.
  private static final int MAX_BYTES = 32 * 1024;

  private final InputStream wire;
  private boolean inHead = true;
  private int bytes;

  private GzipHeads(InputStream wire) {
    this.wire = wire;
  }

  /**
   * Inflates every member.
   *
   * @throws IOException if {@code wire} does not begin with gzip, or its head is too large; reading
   *     throws it for every later damage, a truncated end included
   */
  static InputStream inflate(InputStream wire) throws IOException {
    GzipHeads heads = new GzipHeads(wire);
    // Not the JDK's stream: that one silently ignores whatever follows the first member when it
    // is damaged or not there yet, and events would be lost without a word.
    return GzipCompressorInputStream.builder()
        .setInputStream(heads)
        .setDecompressConcatenated(true)
        .setOnMemberStart(member -> heads.ended())
        .setOnMemberEnd(member -> heads.began())
        .get();
  }

  private void began() {
    inHead = true;
    bytes = 0;
  }

  private void ended() {
    inHead = false;
  }

  @Override
  public int read() throws IOException {
    int read = wire.read();
    count(read < 0 ? 0 : 1);
    return read;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int read = wire.read(target, offset, length);
    count(read);
    return read;
  }

  private void count(int read) throws IOException {
    if (inHead && read > 0) {
      bytes += read;
      if (bytes > MAX_BYTES) {
        throw new IOException(
            "A gzip member begins with more than " + MAX_BYTES + " bytes of head");
      }
    }
  }
}
