package io.wideevents.gateway.http;

import io.wideevents.gateway.http.connections.ConnectionGuard;
import io.wideevents.gateway.http.connections.ConnectionLimits;
import io.wideevents.gateway.http.connections.RequestKind;
import io.wideevents.gateway.metrics.GatewayMetrics;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Rejects a request when too many are under way. Health and metrics always pass. The limit of other
 * reads is lower than that of posts. A rejected request is answered before its body is read. Safe
 * for concurrent use.
 */
final class RequestAdmission extends Handler.Wrapper {
  private static final Set<String> RESERVED_PATHS =
      Set.of("/health/live", "/health/ready", "/metrics");

  private static final Set<String> READS =
      Set.of(HttpMethod.GET.asString(), HttpMethod.HEAD.asString(), HttpMethod.OPTIONS.asString());
  // Queries with a body.
  private static final Set<String> READING_POSTS = Set.of("/v1/query", "/v1/compare");
  // Reads need no key. Clients that do not read their replies must not use up the limit that posts
  // need.
  private static final int READS_PART = 4;

  private final ConnectionGuard connections;
  private final Semaphore reads;
  private final PerClient readsOfClients;
  private final GatewayMetrics metrics;
  private final Lingering lingering;
  private final ReplyWriter writer = new ReplyWriter();

  RequestAdmission(
      ConnectionGuard connections,
      ConnectionLimits limits,
      GatewayMetrics metrics,
      Lingering lingering) {
    this.lingering = lingering;
    this.connections = connections;
    this.reads = new Semaphore(Math.max(1, limits.requests() / READS_PART));
    this.readsOfClients = new PerClient(Math.max(1, limits.requestsPerAddress() / READS_PART));
    this.metrics = metrics;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    EndPoint client = request.getConnectionMetaData().getConnection().getEndPoint();
    RequestKind kind = kind(request);
    boolean isRead = kind == RequestKind.COUNTED && isRead(request);
    Optional<String> reader =
        isRead ? Optional.of(ClientName.of(request.getConnectionMetaData())) : Optional.empty();
    // Registered before the request begins, because a request without a completion listener would
    // count until the process ends.
    Begun begun = new Begun(client, kind, reader);
    Request.addCompletionListener(request, begun::end);
    if (!begun.tryBegin()) {
      reject(request, response, callback);
      return true;
    }
    return super.handle(request, response, callback);
  }

  int readers() {
    return readsOfClients.clients();
  }

  private boolean tryRead(String client) {
    if (!readsOfClients.tryTake(client, 1)) {
      return false;
    }
    if (!reads.tryAcquire()) {
      readsOfClients.giveBack(client, 1);
      return false;
    }
    return true;
  }

  private void endRead(String client) {
    reads.release();
    readsOfClients.giveBack(client, 1);
  }

  private final class Begun {
    private final EndPoint client;
    private final RequestKind kind;
    private final Optional<String> reader;
    private volatile boolean hasBegun;

    /**
     * @param reader the client, if the request is a counted read
     */
    Begun(EndPoint client, RequestKind kind, Optional<String> reader) {
      this.client = client;
      this.kind = kind;
      this.reader = reader;
    }

    boolean tryBegin() {
      if (reader.isPresent() && !tryRead(reader.get())) {
        return false;
      }
      hasBegun = connections.tryBegin(client, kind);
      if (!hasBegun) {
        reader.ifPresent(RequestAdmission.this::endRead);
      }
      return hasBegun;
    }

    void end(@Nullable Throwable failure) {
      if (hasBegun) {
        connections.end(client, kind);
        reader.ifPresent(RequestAdmission.this::endRead);
      }
    }
  }

  private static RequestKind kind(Request request) {
    boolean isRead =
        HttpMethod.GET.is(request.getMethod()) || HttpMethod.HEAD.is(request.getMethod());
    return isRead && RESERVED_PATHS.contains(withoutSlash(request.getHttpURI().getPath()))
        ? RequestKind.RESERVED
        : RequestKind.COUNTED;
  }

  private static boolean isRead(Request request) {
    return READS.contains(request.getMethod())
        || READING_POSTS.contains(withoutSlash(request.getHttpURI().getPath()));
  }

  /** Removes one trailing slash, because the routes accept a path with it. */
  private static String withoutSlash(@Nullable String path) {
    if (path == null) {
      return "";
    }
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  private void reject(Request request, Response response, Callback callback) {
    Problem problem = Problems.tooManyRequests();
    metrics.requestRefused(problem.code());
    response.setStatus(problem.status());
    ProblemBody body = ProblemBody.of(problem, request, writer);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, body.mediaType());
    problem.headers().forEach(response.getHeaders()::put);
    byte[] answer = body.bytes();
    if (request.getLength() == 0) {
      response.write(true, ByteBuffer.wrap(answer), callback);
    } else {
      lingering.answer(request, response, callback, answer);
    }
  }
}
