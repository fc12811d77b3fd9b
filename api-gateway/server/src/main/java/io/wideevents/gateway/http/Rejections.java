package io.wideevents.gateway.http;

import io.javalin.http.Context;
import io.wideevents.event.EventProblem;
import io.wideevents.gateway.http.EventsReply.Entry;
import io.wideevents.gateway.http.EventsReply.Refused;
import io.wideevents.log.RejectionLog;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.server.Request;
import org.slf4j.LoggerFactory;

/**
 * Logs which clients get events or requests rejected, and why. A client is shown by its key's name,
 * or by its address without a key. Safe for concurrent use.
 */
final class Rejections {
  // Unknown paths and unsupported methods. For reads, these are port scanners and misdirected
  // health checks. A post to such a path loses its events, so posts are logged.
  private static final Set<String> UNKNOWN_PATHS = Set.of("not_found", "method_not_allowed");

  private final RejectionLog events =
      new RejectionLog(LoggerFactory.getLogger(Rejections.class), "Rejected events", "code");
  private final RejectionLog requests =
      new RejectionLog(LoggerFactory.getLogger(Rejections.class), "Rejected requests", "code");

  void events(Context ctx, List<Entry> entries) {
    Map<String, Integer> counts = new HashMap<>();
    Map<String, String> fields = new LinkedHashMap<>();
    for (Entry entry : entries) {
      if (entry instanceof Refused refused) {
        EventProblem first = refused.errors().getFirst();
        counts.merge(first.code(), 1, Integer::sum);
        fields.putIfAbsent(first.code(), first.field());
      }
    }
    fields.forEach(
        (code, field) ->
            events.rejected(code, counts.getOrDefault(code, 0), () -> example(field, client(ctx))));
  }

  /** Records a request that was rejected before its events were read. */
  void request(Context ctx, Problem problem) {
    boolean isRead = !ctx.req().getMethod().equals("POST");
    if (problem.status() == 500 || (isRead && UNKNOWN_PATHS.contains(problem.code()))) {
      return; // an internal error is logged with its cause
    }
    String field = problem.errors().isEmpty() ? "" : problem.errors().getFirst().field();
    requests.rejected(problem.code(), 1, () -> example(field, client(ctx)));
  }

  /** Records a request that the HTTP server itself rejected. */
  void request(Request request, Problem problem) {
    if (problem.status() != 500) {
      requests.rejected(problem.code(), 1, () -> example("", Request.getRemoteAddr(request)));
    }
  }

  /** Logs the counts of rejections that are not logged yet. */
  void flush() {
    events.flush();
    requests.flush();
  }

  private static Map<String, String> example(String field, String client) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("field", field);
    facts.put("client", client);
    return facts;
  }

  private static String client(Context ctx) {
    String key = KeyGate.caller(ctx).name();
    return key.isEmpty() ? ctx.req().getRemoteAddr() : key;
  }
}
