package io.wideevents.query.http;

import io.javalin.http.Context;

/** What the gateway knows about the caller of a request. */
public interface Callers {
  /** Whether the caller may still read events. Asked again during long replies. */
  boolean admits(Context ctx);

  /** Identifies the caller. Limits per client use this name. */
  String name(Context ctx);
}
