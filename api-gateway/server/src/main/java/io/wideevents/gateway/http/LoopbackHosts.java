package io.wideevents.gateway.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Rejects a request whose {@code Host} is not a loopback name. A web page can make a browser send
 * requests to this machine under the page's own host name (DNS rebinding), but cannot change the
 * {@code Host} header that the browser sends.
 */
final class LoopbackHosts implements Handler {
  private static final Pattern LOOPBACK =
      Pattern.compile("(localhost|127(\\.\\d{1,3}){3}|\\[::1])(:\\d{1,5})?");

  /** The loopback name that was checked last. Nearly all requests have the same. */
  private volatile @Nullable String checked;

  @Override
  public void handle(Context ctx) {
    String host = ctx.host();
    if (host != null && host.equals(checked)) {
      return;
    }
    if (!isLoopback(host)) {
      throw new ProblemException(Problems.foreignHost());
    }
    checked = host;
  }

  /**
   * Whether a {@code Host} header names the loopback interface. An absent header counts as
   * loopback, because browsers always send one.
   */
  private static boolean isLoopback(@Nullable String host) {
    return host == null || LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches();
  }
}
