package io.wideevents.query.http;

import io.javalin.http.Context;
import io.wideevents.query.stats.StatsQuery;
import io.wideevents.query.stats.StatsReply;
import io.wideevents.query.stats.StatsRequest;
import io.wideevents.query.store.EventStore;
import java.time.InstantSource;

/** {@code POST /v1/query}: counts, rates, percentiles, series and groups. */
final class StatsHandler {
  private final EventStore store;
  private final InstantSource clock;

  StatsHandler(EventStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  void handle(Context ctx, byte[] body) {
    StatsRequest request = StatsRequest.parse(body, clock.instant());
    byte[] reply = StatsReply.of(StatsQuery.run(request, store));
    ctx.contentType(JsonReply.MEDIA_TYPE).result(reply);
  }
}
