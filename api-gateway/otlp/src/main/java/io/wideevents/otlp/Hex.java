package io.wideevents.otlp;

import com.google.protobuf.ByteString;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Trace ids and span ids as lower-case hex digits. */
final class Hex {
  private Hex() {}

  static String of(ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }

  /** The id as hex digits; null if it is absent or has another length. */
  static @Nullable String id(ByteString id, int bytes) {
    return id.size() != bytes || isAbsent(id) ? null : of(id);
  }

  /** Whether the id has no bytes, or only bytes that are 0. */
  static boolean isAbsent(ByteString id) {
    for (int i = 0; i < id.size(); i++) {
      if (id.byteAt(i) != 0) {
        return false;
      }
    }
    return true;
  }
}
