package io.wideevents.query.http;

import io.javalin.http.Context;
import io.wideevents.query.QueryException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Reads the body of a query, which is small. */
final class QueryBody {
  private static final int MAX_BYTES = 64 * 1024;

  private QueryBody() {}

  /**
   * @throws QueryException 413 {@code body_too_large}
   */
  static byte[] read(Context ctx) {
    byte[] body;
    try (InputStream in = ctx.bodyInputStream()) {
      body = in.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the body of a query", e);
    }
    if (body.length > MAX_BYTES) {
      throw new QueryException(
          413,
          "body_too_large",
          "The body of a query has more than %d bytes".formatted(MAX_BYTES),
          "Send a shorter filter");
    }
    return body;
  }
}
