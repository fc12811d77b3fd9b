package io.wideevents.gateway.http;

import java.util.Locale;
import java.util.regex.Pattern;

/** Recognizes loopback addresses and names without a DNS lookup. */
final class Loopback {
  private static final Pattern NAMES =
      Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[?(::1|0:0:0:0:0:0:0:1)]?");

  private Loopback() {}

  static boolean isLoopback(String host) {
    return NAMES.matcher(host.toLowerCase(Locale.ROOT)).matches();
  }
}
