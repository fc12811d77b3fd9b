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
import io.wideevents.codec.IntakeMode;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.RejectedEventPort;
import io.wideevents.delivery.tiers.TierStatus;
import io.wideevents.gateway.access.AccessControl;
import io.wideevents.gateway.http.connections.ConnectionGuard;
import io.wideevents.gateway.http.connections.ConnectionLimits;
import io.wideevents.gateway.metrics.GatewayMetrics;
import io.wideevents.log.LogThrottle;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.javalin.WideEventsPlugin;
import io.wideevents.metrics.MetricsPage;
import io.wideevents.otlp.OtlpDecoder;
import io.wideevents.otlp.OtlpSignal;
import io.wideevents.otlp.SpanSelection;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
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
 * The gateway's HTTP server: the routes and the replies to failed requests.
 *
 * <p>The server stops in two steps, so that requests still get a reply while the tiers close.
 * {@link #drain} rejects new posts and waits for those under way. {@link #close} stops the server.
 * {@code GatewayApplication} owns and closes the server; the server does not close {@code
 * LoggerPort}.
 */
public final class HttpServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HttpServer.class);
  private static final String EVENTS_PATH = "/v1/events";
  // Of the query side. A tail lasts for hours, and a page loads several files.
  private static final String TAIL_PATH = "/v1/tail";
  private static final String PAGE_PATH = "/ui";

  // A request waits up to 8 s for its events by default, and the whole process has 8 s to stop. A
  // request that waits longer than this timeout for a tier completes when that tier closes, because
  // closing passes its events to the next tier.
  private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(2);
  // For the last replies. The only other requests now are uploads, which are cut off.
  private static final Duration STOP_TIMEOUT = Duration.ofMillis(800);
  // Closes connections without activity. The timeout is long because Jetty also counts a connection
  // as idle while its request waits for a thread, and closes it without a reply. On an overloaded
  // machine with 64 of the largest bodies at once, some requests waited 48 s. Load balancers should
  // close a kept connection before this timeout: nginx and the load balancers of AWS do so after 60
  // s by default, that of Google Cloud after 10 minutes. Bodies have a separate timeout.
  private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration IDLE_TIMEOUT_WHILE_STOPPING = Duration.ofMillis(200);
  // Before Java 24, a synchronized block pins a virtual thread to its carrier thread.
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
  private final OtlpHandler otlp;
  private final LogThrottle failures = new LogThrottle(LOG_INTERVAL);
  private final AtomicInteger postsUnderWay = new AtomicInteger();
  private final Optional<LoggingService> ownEvents;
  private final ClosingTime closing;
  private final ExtraRoutes extraRoutes;
  private final Javalin javalin;
  private volatile boolean stopping;

  /**
   * Who may send requests, and how.
   *
   * @param access checks API keys and rate limits
   * @param tls certificate and key for HTTPS; empty for plain HTTP
   */
  public record Security(AccessControl access, Optional<TlsIdentity> tls) {}

  /**
   * What happens to posted events.
   *
   * @param logger receives the valid events; not closed by the server
   * @param tiers status of every tier, strongest first; must not block
   * @param spans which spans of OpenTelemetry become events
   * @param intake how strictly events are read, unless the caller's key says otherwise
   * @param rejectedEvents receives the rejected events; empty to list them in the reply only
   */
  public record Intake(
      EventEncoder encoder,
      LoggerPort logger,
      Supplier<List<TierStatus>> tiers,
      SpanSelection spans,
      IntakeMode intake,
      Optional<RejectedEventPort> rejectedEvents) {}

  /**
   * How the server reports its own work.
   *
   * @param metrics counts requests and events
   * @param scrape all metrics in Prometheus' text format
   * @param ownEvents logs the server's own requests, except posts of events; empty: no request is
   *     logged
   */
  public record Telemetry(
      GatewayMetrics metrics, Supplier<String> scrape, Optional<LoggingService> ownEvents) {}

  /**
   * @param extraRoutes routes of other modules
   * @param closing limits the time that stopping takes
   */
  public HttpServer(
      HttpSettings settings,
      Security security,
      Intake intake,
      Telemetry telemetry,
      ExtraRoutes extraRoutes,
      ClosingTime closing) {
    this.settings = settings;
    this.extraRoutes = extraRoutes;
    this.tls = security.tls();
    this.ownEvents = telemetry.ownEvents();
    this.metrics = telemetry.metrics();
    this.metricsPage = new SharedPage(telemetry.scrape());
    this.replies = new Replies(metrics, lingering, rejections);
    this.memory = new ByteBudget(settings.maxInFlightBytes(), settings.maxBodyBytes());
    ConnectionLimits limits =
        ConnectionLimits.of(settings.maxConnectionsPerAddress(), VIRTUAL_THREADS);
    this.connections = new ConnectionGuard(limits);
    this.admission = new RequestAdmission(connections, limits, metrics, lingering);
    this.closing = closing;
    this.health = new Health(intake.tiers());
    this.keys = new KeyGate(security.access());
    var bodies =
        new BodyReader(
            settings.maxBodyBytes(),
            settings.maxInflatedBytes(),
            settings.bodyTimeout(),
            memory,
            () -> stopping);
    this.work = new BodyWork(bodies, intake.encoder());
    var delivery =
        new EventDelivery(
            intake.logger(),
            settings.ackTimeout(),
            security.access(),
            new RejectedEvents(intake.rejectedEvents(), metrics),
            metrics);
    this.events = new EventsHandler(new RequestIntake(intake.intake()), work, delivery, replies);
    this.otlp =
        new OtlpHandler(
            new OtlpDecoder(intake.encoder(), intake.spans()),
            settings.maxInflatedBytes(),
            work,
            delivery,
            replies,
            metrics);
    this.javalin = Javalin.create(this::configure);
  }

  /**
   * Binds the port and starts to serve requests.
   *
   * @return the port bound
   * @throws io.javalin.util.JavalinBindException if the port is in use or the address is not local
   */
  public int start() {
    javalin.start();
    connections.start();
    return javalin.port();
  }

  /** Bytes of memory that are reserved for the bodies and events of all requests now. */
  public long inFlightBytes() {
    return memory.usedBytes();
  }

  /** Number of open connections. */
  public int openConnections() {
    return connections.open();
  }

  /**
   * Number of connections that the server has closed to protect others since its start, by reason.
   */
  public Map<String, Long> closedConnections() {
    return connections.closed();
  }

  /**
   * Reports not ready and rejects new posts from now on. Blocks until the posts under way have
   * ended, at most 2 s. Idempotent.
   */
  public void drain() {
    health.drain();
    awaitNoPosts(DRAIN_TIMEOUT);
    int left = underWay();
    if (left > 0) {
      log.atInfo().addKeyValue("requests", left).log("Requests wait for a tier, or for their body");
    }
  }

  /**
   * Cuts off uploads, sends the last replies and stops the server. Blocks for two seconds at most.
   * Call {@link #drain} first, or posts under way are cut off. Idempotent; never throws.
   */
  @Override
  public void close() {
    health.drain();
    stopping = true;
    work.close();
    awaitNoPosts(STOP_TIMEOUT);
    javalin.jettyServer().server().setStopTimeout(closing.grant(STOP_TIMEOUT).toMillis());
    try {
      javalin.stop();
    } catch (JavalinException e) {
      // The server stops nevertheless. An exception here would keep the caller from closing the
      // spool.
      log.atDebug().setCause(e).log("The server did not stop in time");
    }
    connections.close();
    rejections.flush();
    int left = underWay();
    if (left > 0) {
      log.atWarn()
          .addKeyValue("requests", left)
          .log("Cut requests off without an answer; their clients must send them again");
    }
  }

  int underWay() {
    return postsUnderWay.get();
  }

  private void awaitNoPosts(Duration timeout) {
    Deadline.after(closing.grant(timeout)).await(() -> underWay() == 0);
  }

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
    config.jetty.host = Loopback.addresses(settings.host(), settings.port()).getFirst();
    config.jetty.port = settings.port();
    config.jetty.modifyServer(this::configure);
    config.jetty.modifyHttpConfiguration(http -> http.setSendDateHeader(false));
    for (String address : Loopback.addresses(settings.host(), settings.port())) {
      config.jetty.addConnector((server, http) -> connector(server, http, address));
    }
    ownEvents.ifPresent(
        logging -> config.registerPlugin(new WideEventsPlugin(logging, HttpServer::isLogged)));
    route(config.routes);
  }

  private ServerConnector connector(Server server, HttpConfiguration http, String address) {
    ServerConnector connector = connections.connector(server, protocols(http));
    connector.setHost(address);
    connector.setPort(settings.port());
    connector.setIdleTimeout(IDLE_TIMEOUT.toMillis());
    connector.setShutdownIdleTimeout(IDLE_TIMEOUT_WHILE_STOPPING.toMillis());
    return connector;
  }

  private ConnectionFactory[] protocols(HttpConfiguration http) {
    HttpConnectionFactory plain = new HttpConnectionFactory(http);
    if (tls.isEmpty()) {
      return new ConnectionFactory[] {plain};
    }
    // The client checks the name. It may use an address that no certificate names.
    http.addCustomizer(new SecureRequestCustomizer(false));
    var ssl = connections.tls(tls.get().contextFactory(), plain.getProtocol());
    // A connection that does not start with TLS goes to the next factory, which must not be plain
    // HTTP.
    return new ConnectionFactory[] {
      new DetectorConnectionFactory(ssl), new PlainHttpNotice(), plain
    };
  }

  private void configure(Server server) {
    server.setErrorHandler(new ServerErrors(metrics, rejections, lingering));
    server.insertHandler(new NoWebSockets());
    server.insertHandler(new GracefulHandler());
    // The outermost handler counts all requests, including those that inner handlers reject.
    server.insertHandler(admission);
  }

  private void route(RoutesConfig routes) {
    if (!settings.anyHostHeader()) {
      routes.before(new LoopbackHosts());
    }
    routes.before(new TransferCodings());
    routes.beforeMatched(keys);
    routes.post(EVENTS_PATH, post(events), RouteAccess.INGEST);
    routes.post(
        OtlpPaths.TRACES, post(ctx -> otlp.handle(ctx, OtlpSignal.TRACES)), RouteAccess.INGEST);
    routes.post(OtlpPaths.LOGS, post(ctx -> otlp.handle(ctx, OtlpSignal.LOGS)), RouteAccess.INGEST);
    routes.post(
        OtlpPaths.METRICS,
        ctx -> {
          throw new ProblemException(OtlpProblems.metricsNotTaken());
        },
        RouteAccess.INGEST);
    read(routes, "/health/live", health::live);
    read(routes, "/health/ready", health::ready);
    read(routes, "/metrics", this::metrics);
    read(routes, "/openapi.yaml", ApiDocument.openApi());
    read(routes, "/schemas/event.json", ApiDocument.eventSchema());
    extraRoutes.register(routes, RouteAccess.QUERY, RouteAccess.PUBLIC);
    routes.exception(ProblemException.class, (e, ctx) -> replies.send(ctx, e.problem()));
    routes.exception(
        NotFoundResponse.class, (e, ctx) -> replies.send(ctx, Problems.notFound(hasQueries())));
    routes.exception(MethodNotAllowedResponse.class, this::otherMethod);
    routes.exception(
        HttpResponseException.class,
        (e, ctx) -> replies.send(ctx, ServerErrors.problem(e.getStatus())));
    routes.exception(Exception.class, this::failed);
  }

  /** Adds a public route for GET, and for HEAD with the same status and headers. */
  private static void read(RoutesConfig routes, String path, Handler handler) {
    routes.get(path, handler, RouteAccess.PUBLIC);
    // Javalin by itself answers HEAD with 200 whatever GET returns, so a gateway that is not ready
    // would look ready.
    routes.head(path, handler, RouteAccess.PUBLIC);
  }

  private boolean isStopping() {
    return stopping;
  }

  private void metrics(Context ctx) {
    ctx.contentType(MetricsPage.MEDIA_TYPE).header("Cache-Control", "no-store");
    // The route is public, and compression would take as much processor time as the rest of the
    // reply.
    ctx.disableCompression().result(metricsPage.get());
  }

  private boolean hasQueries() {
    return !extraRoutes.equals(ExtraRoutes.NONE);
  }

  /** Answers a method that has no handler at a known path. OPTIONS gets the allowed methods. */
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
      replies.send(ctx, Problems.methodNotAllowed(allowed, hasQueries()));
    }
  }

  /** Counts the posts under way, and rejects posts while the server is draining. */
  private Handler post(Handler handler) {
    return ctx -> {
      postsUnderWay.incrementAndGet();
      try {
        if (health.draining()) {
          throw new ProblemException(Problems.draining());
        }
        handler.handle(ctx);
      } finally {
        postsUnderWay.decrementAndGet();
      }
    };
  }

  private static boolean isLogged(String path) {
    return !path.startsWith(EVENTS_PATH)
        && !path.startsWith(TAIL_PATH)
        && !path.startsWith(PAGE_PATH)
        && !OtlpPaths.contain(path);
  }

  private static String shortened(String path) {
    return path.length() <= MAX_LOGGED_PATH ? path : path.substring(0, MAX_LOGGED_PATH) + "…";
  }

  private void failed(Exception failure, Context ctx) {
    if (failure instanceof IOException) {
      log.atDebug().setCause(failure).log("Client went away");
    } else {
      // Rate-limited, because a client can repeat such a request, perhaps without a key.
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
