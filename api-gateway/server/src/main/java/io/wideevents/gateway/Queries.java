package io.wideevents.gateway;

import io.javalin.http.Context;
import io.micrometer.core.instrument.MeterRegistry;
import io.wideevents.delivery.spool.EventSpool;
import io.wideevents.delivery.spool.SpoolLookUp;
import io.wideevents.delivery.spool.SpoolStats;
import io.wideevents.delivery.tiers.TierStatus;
import io.wideevents.event.EventId;
import io.wideevents.gateway.access.AccessControl;
import io.wideevents.gateway.access.Admission;
import io.wideevents.gateway.access.Scope;
import io.wideevents.gateway.http.ClientName;
import io.wideevents.query.config.QuerySettings;
import io.wideevents.query.http.Callers;
import io.wideevents.query.http.QueryRoutes;
import io.wideevents.query.store.EventStore;
import io.wideevents.query.trace.GatewayState;
import io.wideevents.query.trace.GatewayState.TierState;
import io.wideevents.query.trace.GatewayView;
import io.wideevents.query.trace.SpoolSearch;
import io.wideevents.query.trace.TopicSettings;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** The query side: its connection to MongoDB, its routes, and its view of the gateway. */
record Queries(EventStore store, QueryRoutes routes) {
  static Queries of(
      QuerySettings settings,
      GatewayView gateway,
      AccessControl access,
      InstantSource clock,
      MeterRegistry registry) {
    EventStore store = new EventStore(settings.mongo(), settings.concurrency());
    return new Queries(
        store,
        new QueryRoutes(store, settings, gateway, clock, registry, new KnownCallers(access)));
  }

  private record KnownCallers(AccessControl access) implements Callers {
    @Override
    public boolean admits(Context ctx) {
      List<String> authorization = Collections.list(ctx.req().getHeaders("Authorization"));
      return access.admit(authorization, Scope.QUERY) instanceof Admission.Granted;
    }

    @Override
    public String name(Context ctx) {
      return ClientName.of(ctx);
    }
  }

  /** The tiers and the spool of this gateway as the query side sees them. */
  static GatewayView view(
      Supplier<List<TierStatus>> tiers, EventSpool spool, Optional<TopicSettings> topics) {
    return new GatewayView(() -> state(tiers.get(), spool.stats()), id -> find(spool, id), topics);
  }

  private static GatewayState state(List<TierStatus> tiers, SpoolStats spool) {
    return new GatewayState(
        tiers.stream()
            .map(
                tier ->
                    new TierState(
                        tier.tier().label(),
                        tier.state().name().toLowerCase(Locale.ROOT),
                        tier.detail()))
            .toList(),
        new GatewayState.Spool(spool.pendingEvents(), spool.bytes(), spool.oldest()));
  }

  private static SpoolSearch.Found find(EventSpool spool, EventId id) {
    SpoolLookUp found = spool.find(id);
    return new SpoolSearch.Found(found.spooledAt(), found.complete());
  }
}
