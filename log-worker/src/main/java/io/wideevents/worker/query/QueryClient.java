package io.wideevents.worker.query;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.log.Causes;
import io.wideevents.process.ExitCode;
import io.wideevents.worker.command.Output;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Flow.Publisher;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Calls the query API of a gateway. Methods block, and throw a {@link QueryApiException} when the
 * API does not answer or rejects the call. A call that finds the API busy is repeated for a few
 * seconds.
 */
final class QueryClient implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  // Longer than the longest QUERY_TIMEOUT of a gateway, because the gateway's message is better.
  private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(150);

  // The API writes at least one line in ten seconds.
  private static final Duration TAIL_TIMEOUT = Duration.ofSeconds(30);

  private static final int MAX_PAGE_EVENTS = 100_000;
  private static final int MAX_PROBLEM_BYTES = 64 * 1024;
  private static final int BUSY_ATTEMPTS = 5;
  private static final int MAX_BUSY_SECONDS = 5;

  private static final String JSON = "application/json";
  private static final String PAGE_LINE = "{\"_page\":";
  private static final String PROBLEM_LINE = "{\"_problem\":";

  private final QueryClientSettings settings;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_TIMEOUT)
          // A redirect could send the key to another host.
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  QueryClient(QueryClientSettings settings) {
    this.settings = settings;
  }

  /** Reads a JSON document. */
  String get(String path, Map<String, String> parameters) throws InterruptedException {
    return text(send(request(path, parameters).header("Accept", JSON)));
  }

  /** Posts a JSON document and reads the reply. */
  String post(String path, String json) throws InterruptedException {
    return text(
        send(
            request(path, Map.of())
                .header("Accept", JSON)
                .header("Content-Type", JSON)
                .POST(BodyPublishers.ofString(json))));
  }

  /**
   * Reads events page by page.
   *
   * @param query filter, range and order. Requests for later pages have only the filter and the
   *     cursor, because the cursor contains the range and the order
   * @param limit the maximum number of events; 0 for all
   * @param each gets an event as JSON
   * @return whether there are more events than the limit
   */
  boolean events(Map<String, String> query, long limit, Consumer<String> each)
      throws InterruptedException {
    Map<String, String> parameters = new LinkedHashMap<>(query);
    long left = limit == 0 ? Long.MAX_VALUE : limit;
    Optional<String> cursor;
    do {
      parameters.put("limit", Long.toString(Math.min(left, MAX_PAGE_EVENTS)));
      Page page = page(parameters, each);
      left -= page.events;
      cursor = page.next;
      parameters.keySet().removeAll(List.of("from", "to", "order"));
      cursor.ifPresent(next -> parameters.put("cursor", next));
    } while (cursor.isPresent() && left > 0);
    return cursor.isPresent();
  }

  private record Page(long events, Optional<String> next) {}

  private Page page(Map<String, String> parameters, Consumer<String> each)
      throws InterruptedException {
    HttpRequest.Builder request =
        request("/v1/events", parameters).header("Accept", "application/x-ndjson");
    long events = 0;
    try (ReplyBody body = new ReplyBody(send(request).body(), REPLY_TIMEOUT)) {
      BufferedReader lines = new BufferedReader(new InputStreamReader(body, UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(PAGE_LINE)) {
          Optional<String> next = Optional.ofNullable(JsonParts.flatten(line).get("_page.next"));
          return new Page(events, next);
        }
        if (line.startsWith(PROBLEM_LINE)) {
          throw rejected(JsonParts.members(line).getOrDefault("_problem", "{}"));
        }
        each.accept(line);
        events++;
      }
    } catch (IOException e) {
      throw incomplete(events, Output.printable(String.valueOf(e.getMessage())), e);
    }
    throw incomplete(events, "its last line is missing", null);
  }

  private QueryApiException incomplete(long events, String why, @Nullable IOException cause) {
    return new QueryApiException(
        QueryApiException.NO_ANSWER,
        ExitCode.FAILURE,
        "The events of %s are incomplete: the stream ended after %d events of this page: %s; repeat the command"
            .formatted(settings.url(), events, why),
        cause);
  }

  /** Follows new events as server-sent events. The caller closes the body. */
  ReplyBody tail(String filter, Optional<String> lastEventId) throws InterruptedException {
    HttpRequest.Builder request =
        request("/v1/tail", Map.of("filter", filter)).header("Accept", "text/event-stream");
    lastEventId.ifPresent(id -> request.header("Last-Event-ID", id));
    return new ReplyBody(send(request).body(), TAIL_TIMEOUT);
  }

  private HttpRequest.Builder request(String path, Map<String, String> parameters) {
    String query =
        parameters.entrySet().stream()
            .map(each -> each.getKey() + "=" + encode(each.getValue()))
            .collect(Collectors.joining("&"));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(settings.url() + path + (query.isEmpty() ? "" : "?" + query)))
            .timeout(REPLY_TIMEOUT);
    settings.key().ifPresent(key -> request.header("Authorization", "Bearer " + key));
    return request;
  }

  /** Encodes a text for one segment of a path, or for a parameter. */
  static String encode(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }

  private HttpResponse<Publisher<List<ByteBuffer>>> send(HttpRequest.Builder request)
      throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      HttpResponse<Publisher<List<ByteBuffer>>> response = sendOnce(request.build());
      if (response.statusCode() == 200) {
        return response;
      }
      String body = problem(response);
      if (response.statusCode() != 429 || attempt == BUSY_ATTEMPTS) {
        throw rejected(response.statusCode(), body);
      }
      TimeUnit.SECONDS.sleep(busySeconds(response));
    }
  }

  private HttpResponse<Publisher<List<ByteBuffer>>> sendOnce(HttpRequest request)
      throws InterruptedException {
    try {
      return http.send(request, BodyHandlers.ofPublisher());
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private static long busySeconds(HttpResponse<?> response) {
    String after = response.headers().firstValue("Retry-After").orElse("1");
    return after.matches("\\d") ? Math.min(Long.parseLong(after), MAX_BUSY_SECONDS) : 1;
  }

  private String text(HttpResponse<Publisher<List<ByteBuffer>>> response) {
    try (ReplyBody body = new ReplyBody(response.body(), REPLY_TIMEOUT)) {
      return new String(body.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  /** The beginning of the body of a failed request. */
  private static String problem(HttpResponse<Publisher<List<ByteBuffer>>> response) {
    try (ReplyBody body = new ReplyBody(response.body(), CONNECT_TIMEOUT)) {
      return new String(body.readNBytes(MAX_PROBLEM_BYTES), UTF_8);
    } catch (IOException e) {
      return ""; // the status is enough for a message
    }
  }

  private QueryApiException unreachable(IOException e) {
    return new QueryApiException(
        QueryApiException.NO_ANSWER,
        ExitCode.UNREACHABLE,
        "The query API at %s does not answer: %s; is QUERY_URL right, and the gateway running?"
            .formatted(settings.url(), reason(e)),
        e);
  }

  /** The JDK's exceptions often have no message. */
  private static String reason(IOException e) {
    Throwable cause = Causes.deepest(e);
    if (cause instanceof UnresolvedAddressException) {
      return "the name of the host is unknown";
    }
    if (e instanceof HttpTimeoutException || e instanceof ConnectException) {
      return e.getMessage() == null ? "connection refused" : Output.printable(e.getMessage());
    }
    return Output.printable(
        cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage());
  }

  /** What a problem in a stream means. The reply had the status 200. */
  QueryApiException rejected(String problem) {
    String status = problemOf(problem).getOrDefault("status", "");
    return rejected(status.matches("\\d{3}") ? Integer.parseInt(status) : 500, problem);
  }

  private QueryApiException rejected(int status, String body) {
    Map<String, String> problem = problemOf(body);
    String code = problem.getOrDefault("code", "");
    // Without the query API, the address of a search is only for posts.
    if (status == 405 || (status == 404 && !code.equals("event_not_found"))) {
      return new QueryApiException(
          status,
          ExitCode.FAILURE,
          "There is no query API at %s; start the gateway with QUERY_ENABLED=true, or set QUERY_URL to a gateway that has it"
              .formatted(settings.url()));
    }
    StringBuilder message = new StringBuilder("The query API at ").append(settings.url());
    message.append(" answered ").append(status);
    message.append(code.isEmpty() ? "" : " " + code);
    append(message, ": ", problem.get("detail"), "");
    append(message, " (at character ", fromOne(problem.get("position")), " of the filter)");
    append(message, ". ", problem.get("fix"), "");
    if (status == 401 || status == 403) {
      message.append(". QUERY_API_KEY must be a key with the scope query");
    }
    return new QueryApiException(
        status, exitCode(status, code), Output.printable(message.toString()));
  }

  private static void append(
      StringBuilder message, String before, @Nullable String text, String after) {
    if (text != null && !text.isEmpty()) {
      message.append(before).append(text).append(after);
    }
  }

  /** The API counts from 0, a person from 1. */
  private static @Nullable String fromOne(@Nullable String position) {
    return position != null && position.matches("\\d{1,9}")
        ? Integer.toString(Integer.parseInt(position) + 1)
        : null;
  }

  private static Map<String, String> problemOf(String body) {
    try {
      return JsonParts.flatten(body);
    } catch (JacksonException e) {
      return Map.of(); // the answer of a proxy
    }
  }

  private static int exitCode(int status, String code) {
    return switch (status) {
      case 400 -> ExitCode.USAGE;
      case 401, 403, 429, 502, 503 -> ExitCode.UNREACHABLE;
      case 504 -> code.equals("query_timeout") ? ExitCode.FAILURE : ExitCode.UNREACHABLE;
      default -> ExitCode.FAILURE;
    };
  }

  @Override
  public void close() {
    // Without this, closing would wait for the rest of a reply that is not read.
    http.shutdownNow();
  }
}
