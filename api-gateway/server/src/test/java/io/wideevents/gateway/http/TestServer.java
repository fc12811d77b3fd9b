package io.wideevents.gateway.http;

import com.github.luben.zstd.util.Native;
import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.EventEncoder;
import io.wideevents.codec.IntakeMode;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.delivery.RejectedEventPort;
import io.wideevents.delivery.tiers.TierStatus;
import io.wideevents.event.Tier;
import io.wideevents.gateway.access.AccessControl;
import io.wideevents.gateway.metrics.InMemoryGatewayMetrics;
import io.wideevents.otlp.SpanSelection;
import io.wideevents.time.ClosingTime;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A running server on a free port, over a logger that remembers, with small limits. */
final class TestServer implements AutoCloseable {
  static final int MAX_BODY = 512 * 1024;
  static final int MAX_INFLATED = 1024 * 1024;
  static final int MAX_IN_FLIGHT = 2 * MAX_INFLATED;
  static final int MAX_EVENTS = 200;

  static {
    // Not while the first zstd body is being timed: on a busy machine it takes seconds.
    Native.load();
  }

  final RecordingLogger logger;
  final InMemoryGatewayMetrics metrics = new InMemoryGatewayMetrics();
  volatile String scrape = "# no metrics here\n";
  volatile List<TierStatus> tiers =
      List.of(
          TierStatus.of(Tier.KAFKA, TierStatus.State.UP),
          TierStatus.of(Tier.MONGODB, TierStatus.State.UP));

  private final HttpServer server;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final int port;

  TestServer() {
    this(settings(Duration.ofSeconds(2)));
  }

  TestServer(HttpSettings settings) {
    this(settings, new RecordingLogger(Tier.KAFKA), logger -> logger);
  }

  /** Guarded, and perhaps over TLS. */
  TestServer(Optional<TlsIdentity> tls, AccessControl access) {
    this(
        guarded(),
        tls,
        access,
        new RecordingLogger(Tier.KAFKA),
        logger -> logger,
        InstantSource.system());
  }

  /**
   * @param around what stands between the server and the logger that remembers
   */
  TestServer(HttpSettings settings, RecordingLogger logger, UnaryOperator<LoggerPort> around) {
    this(settings, Optional.empty(), AccessControl.open(), logger, around, InstantSource.system());
  }

  /** A server that sends rejected events to the port as well. */
  static TestServer withDeadLetters(AccessControl access, RejectedEventPort port) {
    return new TestServer(
        guarded(),
        Optional.empty(),
        access,
        new RecordingLogger(Tier.KAFKA),
        logger -> logger,
        InstantSource.system(),
        IntakeMode.STRICT,
        Optional.of(port));
  }

  /** A server whose clients need no key, and whose intake is as given. */
  static TestServer withIntake(String intake) {
    return withIntake(intake, InstantSource.system());
  }

  static TestServer withIntake(String intake, InstantSource clock) {
    return new TestServer(
        settings(Duration.ofSeconds(2)),
        Optional.empty(),
        AccessControl.open(),
        new RecordingLogger(Tier.KAFKA),
        logger -> logger,
        clock,
        IntakeMode.parse(intake),
        Optional.empty());
  }

  private TestServer(
      HttpSettings settings,
      Optional<TlsIdentity> tls,
      AccessControl access,
      RecordingLogger logger,
      UnaryOperator<LoggerPort> around,
      InstantSource clock) {
    this(settings, tls, access, logger, around, clock, IntakeMode.STRICT, Optional.empty());
  }

  private TestServer(
      HttpSettings settings,
      Optional<TlsIdentity> tls,
      AccessControl access,
      RecordingLogger logger,
      UnaryOperator<LoggerPort> around,
      InstantSource clock,
      IntakeMode intake,
      Optional<RejectedEventPort> rejectedEvents) {
    this.logger = logger;
    EncoderSettings rules =
        new EncoderSettings(
            EncoderSettings.DEFAULT.limits(),
            MAX_EVENTS,
            EncoderSettings.DEFAULT_RETENTION,
            EncoderSettings.DEFAULT_MAX_FUTURE,
            EncoderSettings.DEFAULT_REDACTED_NAMES);
    this.server =
        new HttpServer(
            settings,
            new HttpServer.Security(access, tls),
            new HttpServer.Intake(
                new EventEncoder(rules, clock),
                around.apply(logger),
                () -> tiers,
                SpanSelection.REQUESTS,
                intake,
                rejectedEvents),
            new HttpServer.Telemetry(metrics, () -> scrape, Optional.empty()),
            ExtraRoutes.NONE,
            new ClosingTime(Duration.ofSeconds(30)));
    this.port = server.start();
  }

  /** A server whose events go to a logger of the test's own. */
  static TestServer over(LoggerPort logger) {
    return new TestServer(
        settings(Duration.ofSeconds(2)), new RecordingLogger(Tier.KAFKA), unused -> logger);
  }

  private static HttpSettings guarded() {
    return new HttpSettings(
        "127.0.0.1",
        0,
        true,
        Duration.ofSeconds(5),
        Duration.ofSeconds(2),
        MAX_BODY,
        MAX_INFLATED,
        MAX_IN_FLIGHT);
  }

  /** A server whose clock stands still. */
  static TestServer at(Instant now) {
    return new TestServer(
        settings(Duration.ofSeconds(2)),
        Optional.empty(),
        AccessControl.open(),
        new RecordingLogger(Tier.KAFKA),
        logger -> logger,
        InstantSource.fixed(now));
  }

  /** Loopback, without keys. */
  static HttpSettings settings(Duration bodyTimeout) {
    return new HttpSettings(
        "127.0.0.1",
        0,
        false,
        Duration.ofSeconds(5),
        bodyTimeout,
        MAX_BODY,
        MAX_INFLATED,
        MAX_IN_FLIGHT);
  }

  int port() {
    return port;
  }

  HttpResponse<String> post(String body) {
    return post(body.getBytes(StandardCharsets.UTF_8), "application/json");
  }

  HttpResponse<String> post(byte[] body, String contentType, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri("/v1/events"))
            .header("Content-Type", contentType)
            .POST(BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request);
  }

  HttpResponse<String> get(String path) {
    return send(HttpRequest.newBuilder(uri(path)));
  }

  HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(request.timeout(Duration.ofSeconds(30)).build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError("No response", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  /** Memory that bodies and events take. */
  long inFlightBytes() {
    return server.inFlightBytes();
  }

  /** What requests and connections hold. */
  HeldResources held() {
    return server.held();
  }

  /** Posts that are being handled. */
  int underWay() {
    return server.underWay();
  }

  int openConnections() {
    return server.openConnections();
  }

  /** Connections that the server closed for this reason. */
  long closedConnections(String reason) {
    return server.closedConnections().getOrDefault(reason, 0L);
  }

  /** The first step of the server's end. */
  void drain() {
    server.drain();
  }

  /** Ends the server alone; the client lives on. */
  void stop() {
    server.close();
  }

  @Override
  public void close() {
    server.close();
    client.close();
  }
}
