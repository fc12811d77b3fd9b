package io.wideevents.gateway.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Recognizes loopback addresses and names without a DNS lookup. */
final class Loopback {
  private static final Pattern NAMES =
      Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[?(::1|0:0:0:0:0:0:0:1)]?");

  private static final String IPV6 = "::1";
  private static final byte[] IPV6_BYTES = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

  private Loopback() {}

  /**
   * The addresses to listen on for a value of {@code HTTP_HOST}. The name {@code localhost} means
   * both loopback addresses, because clients may resolve it to either. An IPv6 address may be in
   * brackets.
   *
   * @param port with 0, each address would get another port, so {@code localhost} is one address
   */
  static List<String> addresses(String host, int port) {
    if (host.equalsIgnoreCase("localhost")) {
      return port != 0 && hasIpv6() ? List.of("127.0.0.1", IPV6) : List.of("127.0.0.1");
    }
    boolean isBracketed = host.startsWith("[") && host.endsWith("]");
    return List.of(isBracketed ? host.substring(1, host.length() - 1) : host);
  }

  private static boolean hasIpv6() {
    try {
      return NetworkInterface.getByInetAddress(InetAddress.getByAddress(IPV6_BYTES)) != null;
    } catch (IOException e) {
      return false;
    }
  }

  static boolean isLoopback(String host) {
    return NAMES.matcher(host.toLowerCase(Locale.ROOT)).matches();
  }
}
