package io.wideevents.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One network address.
 *
 * @param host a name, an IPv4 address, or an IPv6 address without its brackets
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) {
  private static final Pattern FORM =
      Pattern.compile("(?:\\[(?<v6>[0-9A-Fa-f:.%]+)]|(?<name>[A-Za-z0-9._-]+)):(?<port>\\d{1,5})");

  static Parsed<HostPort> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Parsed.invalid(
          text.contains("://") ? "has a scheme, which is not wanted here" : "is not host:port");
    }
    int port = Integer.parseInt(matcher.group("port"));
    if (port < 1 || port > 65_535) {
      return Parsed.invalid("has a port outside 1 to 65535");
    }
    String v6 = matcher.group("v6");
    return Parsed.value(new HostPort(v6 != null ? v6 : matcher.group("name"), port));
  }

  /** {@code host:port}, an IPv6 host in brackets. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
