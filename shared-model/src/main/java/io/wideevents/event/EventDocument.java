package io.wideevents.event;

import org.bson.RawBsonDocument;

/**
 * An event as MongoDB will hold it, checked and encoded alone, ready for a batch.
 *
 * @param id the document's {@code _id}
 * @param derivedId whether {@code id} was computed from the content: then a duplicate key is always
 *     the same event, and only a client-given id can conflict
 * @param hash what {@code _ingest.hash} says, compared on a duplicate key of a client-given id
 * @param bson the whole document, {@code _id} first; at most 16 MiB, which is MongoDB's own limit
 */
public record EventDocument(EventId id, boolean derivedId, ContentHash hash, RawBsonDocument bson) {

  /** Size of the document in bytes, for batches bounded by bytes. */
  public int sizeBytes() {
    return bson.getByteBuffer().remaining();
  }
}
