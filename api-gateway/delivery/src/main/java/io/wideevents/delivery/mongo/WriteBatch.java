package io.wideevents.delivery.mongo;

import io.wideevents.event.EventDocument;
import java.util.List;

/**
 * The documents of one insert, from as many calls as fit.
 *
 * @param slots at least one
 * @param bytes of all documents
 */
record WriteBatch(List<Slot> slots, long bytes) {

  /** The index of a document in its call. */
  record Slot(PendingCall call, int index) {
    EventDocument document() {
      return call.document(index);
    }
  }

  List<EventDocument> documents() {
    return slots.stream().map(Slot::document).toList();
  }
}
