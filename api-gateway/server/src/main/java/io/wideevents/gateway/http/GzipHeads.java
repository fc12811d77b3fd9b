package io.wideevents.gateway.http;

import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * Counts the bytes of gzip members' headers in front of the decoder, and rejects a header that is
 * too long. The file name and the comment in a gzip header may have any length, and the decoder
 * reads them into memory that no budget counts.
 *
 * <p>For one thread. Closing it does nothing.
 */
final class GzipHeads extends InputStream {
  // File systems limit a name to 255 bytes. The bytes that the decoder reads ahead count as well.
  private static final int MAX_BYTES = 32 * 1024;

  private final InputStream wire;
  private boolean inHead = true;
  private int bytes;

  private GzipHeads(InputStream wire) {
    this.wire = wire;
  }

  /**
   * Inflates all members.
   *
   * @throws IOException if {@code wire} does not start with a gzip header, or the header is too
   *     large; a read throws it for damage that is found later and for a truncated body
   */
  static InputStream inflate(InputStream wire) throws IOException {
    GzipHeads heads = new GzipHeads(wire);
    // The JDK's GZIPInputStream silently ignores a following member that is damaged or has not
    // arrived yet. The events in that member would be lost.
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
