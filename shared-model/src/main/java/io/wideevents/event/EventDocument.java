package io.wideevents.event;

import org.bson.RawBsonDocument;

/**
 * An event as MongoDB stores it, checked and encoded, ready for a batch.
 *
 * @param id the document's {@code _id}
 * @param hash the value of {@code _ingest.hash}, compared with the stored one on a duplicate key
 * @param bson the whole document, {@code _id} first; at most 16 MiB, which is MongoDB's limit
 */
public record EventDocument(EventId id, ContentHash hash, RawBsonDocument bson) {

  /** Size of the document in bytes, for batches limited by bytes. */
  public int sizeBytes() {
    return bson.getByteBuffer().remaining();
  }
}
