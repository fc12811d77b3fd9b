package io.wideevents.query.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.wideevents.query.stats.StatsQuery;
import io.wideevents.query.stats.StatsReply;
import io.wideevents.query.stats.StatsRequest;
import io.wideevents.query.store.EventStore;
import java.time.InstantSource;

/** {@code POST /v1/query}: counts, rates, percentiles, series and groups. */
final class StatsHandler implements Handler {
  private final EventStore store;
  private final InstantSource clock;

  StatsHandler(EventStore store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  @Override
  public void handle(Context ctx) {
    StatsRequest request = StatsRequest.parse(QueryBody.read(ctx), clock.instant());
    byte[] reply = StatsReply.of(StatsQuery.run(request, store));
    ctx.header("Cache-Control", "no-store").contentType("application/json").result(reply);
  }
}
