package io.wideevents.query.http;

import io.javalin.config.RoutesConfig;
import io.javalin.security.RouteRole;
import io.wideevents.query.QueryException;
import io.wideevents.query.config.QuerySettings;
import io.wideevents.query.store.EventStore;

/** The routes of the query API and of the page. */
public final class QueryRoutes {
  private final EventStore store;
  private final QuerySettings settings;

  public QueryRoutes(EventStore store, QuerySettings settings) {
    this.store = store;
    this.settings = settings;
  }

  /**
   * Adds the routes. Called once, before the server starts.
   *
   * @param query role of a route whose caller needs a key with the scope {@code query}
   * @param open role of a route that needs no key
   */
  public void register(RoutesConfig routes, RouteRole query, RouteRole open) {
    routes.exception(QueryException.class, ProblemReply::send);
  }
}
