package io.wideevents.delivery.mongo;

import io.wideevents.event.EventDocument;
import java.util.List;

/**
 * The documents of one insert, from as many calls as fit.
 *
 * @param slots at least one
 * @param documents the document of each slot
 * @param bytes of all documents
 */
record WriteBatch(List<Slot> slots, List<EventDocument> documents, long bytes) {

  /** The index of a document in its call. */
  record Slot(PendingCall call, int index) {}
}
