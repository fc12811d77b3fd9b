package io.wideevents.gateway.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.Collections;
import org.eclipse.jetty.http.HttpHeader;

/**
 * Rejects a {@code Transfer-Encoding} other than {@code chunked}. Jetty decodes only the chunks and
 * would pass on a body that is still encoded. RFC 9112, section 6.1, prescribes status 501.
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
