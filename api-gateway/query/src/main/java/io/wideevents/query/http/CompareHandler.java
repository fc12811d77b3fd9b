package io.wideevents.query.http;

import io.javalin.http.Context;
import io.wideevents.query.compare.CompareQuery;
import io.wideevents.query.compare.CompareReply;
import io.wideevents.query.compare.CompareRequest;
import io.wideevents.query.store.EventStore;
import java.time.InstantSource;

/** {@code POST /v1/compare}: what is different about a selection of events. */
final class CompareHandler {
  private final EventStore store;
  private final InstantSource clock;

  CompareHandler(EventStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  void handle(Context ctx, byte[] body) {
    CompareRequest request = CompareRequest.parse(body, clock.instant());
    byte[] reply = CompareReply.of(CompareQuery.run(request, store));
    ctx.contentType(JsonReply.MEDIA_TYPE).result(reply);
  }
}
