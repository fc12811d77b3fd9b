package io.wideevents.gateway.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lets only requests pass that address this machine by a loopback name. A page on the web can make
 * a browser send requests here under its own name (DNS rebinding); it cannot make it lie about that
 * name.
 */
final class LoopbackHosts implements Handler {
  private static final Pattern LOOPBACK =
      Pattern.compile("(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d{1,5})?");

  @Override
  public void handle(Context ctx) {
    if (!isLoopback(ctx.host())) {
      throw new ProblemException(Problems.foreignHost());
    }
  }

  /** Whether a {@code Host} header names loopback; so does its absence, which no browser sends. */
  private static boolean isLoopback(@Nullable String host) {
    return host == null || LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches();
  }
}
