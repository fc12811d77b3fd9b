package io.wideevents.toolbox.chaos;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The body of a request and of its retries.
 *
 * @param ids of its events, in order
 * @param contentType of {@code bytes} before compression
 * @param encoding of {@code bytes}; empty for none
 * @param bytes must not change
 */
// The array is not copied. Instances are passed on once and are not compared.
@SuppressWarnings("ArrayRecordComponent")
record RequestBody(List<UUID> ids, String contentType, Optional<String> encoding, byte[] bytes) {
  RequestBody {
    ids = List.copyOf(ids);
  }
}
