package io.wideevents.event;

import org.bson.RawBsonDocument;

/**
 * An event as MongoDB will hold it, checked and encoded alone, ready for a batch.
 *
 * @param id the document's {@code _id}
 * @param hash what {@code _ingest.hash} says, compared with the stored one on a duplicate key
 * @param bson the whole document, {@code _id} first; at most 16 MiB, which is MongoDB's own limit
 */
public record EventDocument(EventId id, ContentHash hash, RawBsonDocument bson) {

  /** Size of the document in bytes, for batches bounded by bytes. */
  public int sizeBytes() {
    return bson.getByteBuffer().remaining();
  }
}
