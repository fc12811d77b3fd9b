package io.wideevents.gateway.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.http.NotFoundResponse;
import io.javalin.util.JavalinException;
import io.wideevents.codec.EventEncoder;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.tiers.TierStatus;
import io.wideevents.gateway.access.AccessControl;
import io.wideevents.gateway.http.connections.ConnectionGuard;
import io.wideevents.gateway.http.connections.ConnectionLimits;
import io.wideevents.gateway.metrics.GatewayMetrics;
import io.wideevents.log.LogThrottle;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.javalin.WideEventsPlugin;
import io.wideevents.metrics.MetricsPage;
import io.wideevents.time.ClosingTime;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.DetectorConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway's HTTP server: which path goes to which handler, and how a refusal looks.
 *
 * <p>Ends in two steps, so that what the tiers do last can still be answered: {@link #drain}
 * refuses new posts and waits for running ones, {@link #close} ends the server. {@code LoggerPort}
 * is not closed here. Owned, and closed, by {@code GatewayApplication}.
 */
public final class HttpServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HttpServer.class);
  private static final String EVENTS_PATH = "/v1/events";

  // Requests wait 8 s for their events by default, but the whole process has 8 s to end. Those that
  // wait longer than this for a tier are helped on by its closing, which hands them to the next.
  private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(2);
  // For replies on their way; by now only uploads are left, and they are cut off.
  private static final Duration STOP_TIMEOUT = Duration.ofMillis(800);
  // Frees connections on which nothing happens. Not in haste: a connection whose request waits for
  // a thread looks idle as well and ends without an answer; with 64 of the largest bodies at once,
  // on a machine that was overloaded already, some waited for 48 s. Load
  // balancers should end the connections that they keep before that: nginx and the load balancers
  // of AWS do so after 60 s by default, that of Google Cloud after 10 minutes only. Bodies have a
  // time of their own.
  private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration IDLE_TIMEOUT_WHILE_STOPPING = Duration.ofMillis(200);
  // Below 24, synchronized blocks in libraries pin a virtual thread to its carrier.
  private static final boolean VIRTUAL_THREADS = Runtime.version().feature() >= 24;

  private static final int MAX_LOGGED_PATH = 200;
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

  private static final Pattern COMMA = Pattern.compile(", *");

  private final HttpSettings settings;
  private final Optional<TlsIdentity> tls;
  private final GatewayMetrics metrics;
  private final SharedPage metricsPage;
  private final Rejections rejections = new Rejections();
  private final Lingering lingering = new Lingering(this::isStopping);
  private final Replies replies;
  private final ByteBudget memory;
  private final ConnectionGuard connections;
  private final RequestAdmission admission;
  private final Health health;
  private final KeyGate keys;
  private final BodyWork work;
  private final EventsHandler events;
  private final LogThrottle failures = new LogThrottle(LOG_INTERVAL);
  private final RequestsUnderWay running = new RequestsUnderWay();
  private final Optional<LoggingService> ownEvents;
  private final ClosingTime closing;
  private final Javalin javalin;
  private volatile boolean stopping;

  /**
   * @param logger where valid events go
   * @param tls what to serve HTTPS with; empty for plain HTTP
   * @param access who may post, and how much
   * @param tiers asks every tier how it is, strongest first; must not block
   * @param metrics told what happens to requests and events
   * @param scrape every metric in Prometheus' text format
   * @param ownEvents logs the server's own requests, but posts of events; empty: they are not
   *     logged
   * @param closing what bounds the end
   */
  public HttpServer(
      HttpSettings settings,
      Optional<TlsIdentity> tls,
      AccessControl access,
      EventEncoder encoder,
      LoggerPort logger,
      Supplier<List<TierStatus>> tiers,
      GatewayMetrics metrics,
      Supplier<String> scrape,
      Optional<LoggingService> ownEvents,
      ClosingTime closing) {
    this.settings = settings;
    this.tls = tls;
    this.ownEvents = ownEvents;
    this.metrics = metrics;
    this.metricsPage = new SharedPage(scrape);
    this.replies = new Replies(metrics, lingering, rejections);
    this.memory = new ByteBudget(settings.maxInFlightBytes(), settings.maxBodyBytes());
    ConnectionLimits limits =
        ConnectionLimits.of(settings.maxConnectionsPerAddress(), VIRTUAL_THREADS);
    this.connections = new ConnectionGuard(limits);
    this.admission = new RequestAdmission(connections, limits, metrics, lingering);
    this.closing = closing;
    this.health = new Health(tiers);
    this.keys = new KeyGate(access);
    var bodies =
        new BodyReader(
            settings.maxBodyBytes(),
            settings.maxInflatedBytes(),
            settings.bodyTimeout(),
            memory,
            () -> stopping);
    this.work = new BodyWork(bodies, encoder);
    this.events =
        new EventsHandler(bodies, work, logger, settings.ackTimeout(), access, replies, metrics);
    this.javalin = Javalin.create(this::configure);
  }

  /**
   * Binds and begins to answer.
   *
   * @return the port bound
   * @throws io.javalin.util.JavalinBindException if the address is taken or not ours
   */
  public int start() {
    javalin.start();
    connections.start();
    return javalin.port();
  }

  /** Memory that the bodies and events of all requests take now. */
  public long inFlightBytes() {
    return memory.usedBytes();
  }

  /** Connections that are open. */
  public int openConnections() {
    return connections.open();
  }

  /** Connections that the server closed since its start to protect others, by reason. */
  public Map<String, Long> closedConnections() {
    return connections.closed();
  }

  /**
   * Says not ready, refuses new posts from now on, and waits for those under way, at most 2 s.
   * Idempotent.
   */
  public void drain() {
    health.drain();
    int left = running.awaitNone(closing.grant(DRAIN_TIMEOUT));
    if (left > 0) {
      log.atInfo().addKeyValue("requests", left).log("Requests wait for a tier, or for their body");
    }
  }

  /**
   * Cuts off uploads, sends the last replies and ends the server, within two seconds. To be called
   * after {@link #drain}, or posts under way are cut off. Idempotent; never throws.
   */
  @Override
  public void close() {
    health.drain();
    stopping = true;
    work.close();
    running.awaitNone(closing.grant(STOP_TIMEOUT));
    javalin.jettyServer().server().setStopTimeout(closing.grant(STOP_TIMEOUT).toMillis());
    try {
      javalin.stop();
    } catch (JavalinException e) {
      // It ends all the same; what comes after it, the spool above all, has to be closed as well.
      log.atDebug().setCause(e).log("The server did not stop in time");
    }
    connections.close();
    rejections.flush();
    int left = running.count();
    if (left > 0) {
      log.atWarn()
          .addKeyValue("requests", left)
          .log("Cut requests off without an answer; their clients must send them again");
    }
  }

  /** Posts that are being handled. */
  int underWay() {
    return running.count();
  }

  /** What requests and connections hold at this moment. */
  HeldResources held() {
    return new HeldResources(
        memory.usedBytes(),
        memory.receivingClients(),
        work.waiting(),
        work.clients(),
        lingering.clients(),
        connections.requests(),
        admission.readers(),
        connections.open(),
        connections.addresses());
  }

  private void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.concurrency.useVirtualThreads = VIRTUAL_THREADS;
    config.http.prefer405over404 = true;
    config.jetty.host = settings.host();
    config.jetty.port = settings.port();
    config.jetty.modifyServer(this::configure);
    config.jetty.modifyHttpConfiguration(http -> http.setSendDateHeader(false));
    config.jetty.addConnector(
        (server, http) -> {
          ServerConnector connector = connections.connector(server, protocols(http));
          connector.setHost(settings.host());
          connector.setPort(settings.port());
          connector.setIdleTimeout(IDLE_TIMEOUT.toMillis());
          connector.setShutdownIdleTimeout(IDLE_TIMEOUT_WHILE_STOPPING.toMillis());
          return connector;
        });
    ownEvents.ifPresent(
        logging ->
            config.registerPlugin(
                new WideEventsPlugin(logging, path -> !path.startsWith(EVENTS_PATH))));
    route(config.routes);
  }

  private ConnectionFactory[] protocols(HttpConfiguration http) {
    HttpConnectionFactory plain = new HttpConnectionFactory(http);
    if (tls.isEmpty()) {
      return new ConnectionFactory[] {plain};
    }
    // Names are the client's to check: it may well come by an address no certificate names.
    http.addCustomizer(new SecureRequestCustomizer(false));
    var ssl = connections.tls(tls.get().contextFactory(), plain.getProtocol());
    // What is not TLS falls to the next in line, which must not be plain HTTP.
    return new ConnectionFactory[] {
      new DetectorConnectionFactory(ssl), new PlainHttpNotice(), plain
    };
  }

  private void configure(Server server) {
    server.setErrorHandler(new ServerErrors(metrics, rejections, lingering));
    server.insertHandler(new NoWebSockets());
    server.insertHandler(new GracefulHandler());
    // Outermost: it counts every request, also those that the handlers inside reject.
    server.insertHandler(admission);
  }

  private void route(RoutesConfig routes) {
    if (!settings.anyHostHeader()) {
      routes.before(new LoopbackHosts());
    }
    routes.before(new TransferCodings());
    routes.beforeMatched(keys);
    routes.post(EVENTS_PATH, this::postEvents, RouteAccess.INGEST);
    read(routes, "/health/live", health::live);
    read(routes, "/health/ready", health::ready);
    read(routes, "/metrics", this::metrics);
    read(routes, "/openapi.yaml", ApiDocument.openApi());
    read(routes, "/schemas/event.json", ApiDocument.eventSchema());
    routes.exception(ProblemException.class, (e, ctx) -> replies.send(ctx, e.problem()));
    routes.exception(NotFoundResponse.class, (e, ctx) -> replies.send(ctx, Problems.notFound()));
    routes.exception(MethodNotAllowedResponse.class, this::otherMethod);
    routes.exception(
        HttpResponseException.class,
        (e, ctx) -> replies.send(ctx, ServerErrors.problem(e.getStatus())));
    routes.exception(Exception.class, this::failed);
  }

  /** Something anyone may look at: GET, and HEAD with the same status and headers. */
  private static void read(RoutesConfig routes, String path, Handler handler) {
    routes.get(path, handler, RouteAccess.PUBLIC);
    // Javalin's own answer to HEAD is 200, whatever GET says: a gateway that is not ready would
    // look ready.
    routes.head(path, handler, RouteAccess.PUBLIC);
  }

  private boolean isStopping() {
    return stopping;
  }

  private void metrics(Context ctx) {
    ctx.contentType(MetricsPage.MEDIA_TYPE).header("Cache-Control", "no-store");
    // Compressing takes as long as everything else about the reply, and needs no key.
    ctx.disableCompression().result(metricsPage.get());
  }

  /** A known path without a handler for the method: OPTIONS is told which there are. */
  private void otherMethod(MethodNotAllowedResponse refusal, Context ctx) {
    String allowed =
        Stream.concat(
                refusal.getDetails().values().stream().flatMap(names -> COMMA.splitAsStream(names)),
                Stream.of("OPTIONS"))
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    if (ctx.method().equals(HandlerType.OPTIONS)) {
      ctx.status(204).header("Allow", allowed);
    } else {
      replies.send(ctx, Problems.methodNotAllowed(allowed));
    }
  }

  private void postEvents(Context ctx) {
    running.begin();
    try {
      if (health.draining()) {
        throw new ProblemException(Problems.draining());
      }
      events.handle(ctx);
    } finally {
      running.end();
    }
  }

  private static String shortened(String path) {
    return path.length() <= MAX_LOGGED_PATH ? path : path.substring(0, MAX_LOGGED_PATH) + "…";
  }

  private void failed(Exception failure, Context ctx) {
    if (failure instanceof IOException) {
      log.atDebug().setCause(failure).log("Client went away");
    } else {
      // A client that finds such a request can repeat it, without a key perhaps.
      failures
          .tryShow()
          .ifPresent(
              notShown ->
                  log.atError()
                      .addKeyValue("path", shortened(ctx.path()))
                      .addKeyValue("notShown", notShown)
                      .setCause(failure)
                      .log("Request failed"));
    }
    replies.send(ctx, Problems.internalError());
  }
}
