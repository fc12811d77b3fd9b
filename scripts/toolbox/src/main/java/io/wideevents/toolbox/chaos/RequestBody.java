package io.wideevents.toolbox.chaos;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What a client posts, and posts again when it must.
 *
 * @param ids of its events, in order
 * @param contentType of {@code bytes} before they were compressed
 * @param encoding of {@code bytes}; empty for none
 * @param bytes must not change
 */
// Handed on once and never compared, so that the array is not copied is safe.
@SuppressWarnings("ArrayRecordComponent")
record RequestBody(List<UUID> ids, String contentType, Optional<String> encoding, byte[] bytes) {
  RequestBody {
    ids = List.copyOf(ids);
  }
}
