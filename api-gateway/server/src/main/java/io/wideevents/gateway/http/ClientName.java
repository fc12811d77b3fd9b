package io.wideevents.gateway.http;

import io.javalin.http.Context;
import io.wideevents.gateway.access.Caller;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.server.ConnectionMetaData;

/**
 * Identifies the client of a request by its API key, or by its address without a key. Limits per
 * client use this name. Headers that a proxy sets are not trusted.
 */
public final class ClientName {
  // A host is usually assigned a whole /64 prefix.
  private static final int IPV6_PREFIX_BYTES = 8;

  private ClientName() {}

  /** The client of a request that was admitted. */
  public static String of(Context ctx) {
    Caller caller = KeyGate.caller(ctx);
    if (!caller.equals(Caller.ANONYMOUS)) {
      return "key " + caller.name();
    }
    return of(ServletContextRequest.getServletContextRequest(ctx.req()).getConnectionMetaData());
  }

  static String of(ConnectionMetaData connection) {
    return connection.getRemoteSocketAddress() instanceof InetSocketAddress remote
        ? of(remote.getAddress())
        : "";
  }

  static String of(InetAddress address) {
    return address instanceof Inet6Address
        ? HexFormat.of().formatHex(Arrays.copyOf(address.getAddress(), IPV6_PREFIX_BYTES))
        : address.getHostAddress();
  }
}
