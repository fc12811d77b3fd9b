package io.wideevents.gateway.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.Collections;
import org.eclipse.jetty.http.HttpHeader;

/**
 * Rejects a body that was compressed, or changed otherwise, as part of its transfer. The server
 * takes the chunks apart and would leave the rest as it is: the body would be read as something
 * else. RFC 9112, section 6.1, asks for 501.
 */
final class TransferCodings implements Handler {
  @Override
  public void handle(Context ctx) {
    for (String codings :
        Collections.list(ctx.req().getHeaders(HttpHeader.TRANSFER_ENCODING.asString()))) {
      if (!codings.strip().equalsIgnoreCase("chunked")) {
        throw new ProblemException(Problems.transferCodingNotSupported());
      }
    }
  }
}
