package io.wideevents.query.http;

import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.security.RouteRole;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.wideevents.event.EventId;
import io.wideevents.mongo.MongoSettings;
import io.wideevents.query.config.QuerySettings;
import io.wideevents.query.store.EventStore;
import io.wideevents.query.trace.GatewayState;
import io.wideevents.query.trace.GatewayView;
import io.wideevents.query.trace.SpoolSearch;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The routes of the query side on a server, with a client. */
final class QueryApi implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  /** Whether open tails may go on. */
  volatile boolean admits = true;

  private final EventStore store;
  private final QueryRoutes routes;
  private final Javalin server;
  private final HttpClient client = HttpClient.newHttpClient();

  private enum Role implements RouteRole {
    QUERY,
    OPEN
  }

  QueryApi(MongoSettings mongo, int concurrency) {
    this(
        mongo,
        concurrency,
        new GatewayView(QueryApi::nothing, QueryApi::noSpool, Optional.empty()));
  }

  QueryApi(MongoSettings mongo, int concurrency, GatewayView gateway) {
    store = new EventStore(mongo, concurrency);
    routes =
        new QueryRoutes(
            store,
            new QuerySettings(mongo, concurrency, true, Optional.empty()),
            gateway,
            InstantSource.system(),
            meters,
            callers());
    server =
        Javalin.create(
                config -> {
                  config.startup.showJavalinBanner = false;
                  config.jetty.host = "127.0.0.1";
                  config.jetty.port = 0;
                  config.concurrency.useVirtualThreads = true;
                  routes.register(config.routes, Role.QUERY, Role.OPEN);
                })
            .start();
  }

  private Callers callers() {
    return new Callers() {
      @Override
      public boolean admits(Context ctx) {
        return admits;
      }

      @Override
      public String name(Context ctx) {
        return Objects.requireNonNullElse(ctx.header("Client"), "");
      }
    };
  }

  private static GatewayState nothing() {
    return new GatewayState(List.of(), new GatewayState.Spool(0, 0, Optional.empty()));
  }

  private static SpoolSearch.Found noSpool(EventId id) {
    return new SpoolSearch.Found(Optional.empty(), true);
  }

  /** A path whose {@code {}} are replaced by encoded values. */
  static String path(String path, String... values) {
    String filled = path;
    for (String value : values) {
      String encoded = URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
      int place = filled.indexOf("{}");
      filled = filled.substring(0, place) + encoded + filled.substring(place + 2);
    }
    return filled;
  }

  HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    return client.send(request(path, headers), BodyHandlers.ofString());
  }

  HttpRequest request(String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return request.build();
  }

  HttpClient client() {
    return client;
  }

  int port() {
    return server.port();
  }

  EventStore store() {
    return store;
  }

  void endTails() {
    routes.close();
  }

  static JsonNode json(HttpResponse<String> response) {
    return JSON.readTree(response.body());
  }

  @Override
  public void close() {
    routes.close();
    server.stop();
    client.close();
    store.close();
  }
}
