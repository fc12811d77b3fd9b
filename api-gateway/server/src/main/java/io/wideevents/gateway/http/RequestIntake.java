package io.wideevents.gateway.http;

import io.javalin.http.Context;
import io.wideevents.codec.IntakeMode;
import io.wideevents.codec.LenientRules;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides how strictly the events of a request are read. Safe for concurrent use. */
final class RequestIntake {
  private static final String SERVICE = "Wide-Service";
  private static final String ROUTE = "Wide-Route";

  private final IntakeMode byDefault;

  /**
   * @param byDefault for callers whose key names no intake
   */
  RequestIntake(IntakeMode byDefault) {
    this.byDefault = byDefault;
  }

  /**
   * Reads the request's headers.
   *
   * @throws ProblemException 415 for a media type, charset or encoding that is not supported
   */
  BodyShape shape(Context ctx) {
    String contentType = ctx.header("Content-Type");
    List<String> encodings = Collections.list(ctx.req().getHeaders("Content-Encoding"));
    IntakeMode intake = KeyGate.caller(ctx).intake().orElse(byDefault);
    if (intake.lenient().isEmpty()) {
      return BodyShape.of(contentType, encodings);
    }
    LenientRules rules =
        intake.lenient().get().withHeaders(header(ctx, SERVICE), header(ctx, ROUTE));
    BodyShape shape = BodyShape.lenient(contentType, encodings, rules);
    if (shape.format() == null && isFromWebPage(ctx)) {
      throw new ProblemException(
          Problems.unsupportedMediaType("A web page must send a Content-Type for JSON"));
    }
    return shape;
  }

  /**
   * Whether a browser sent the request for a web page. A page may send a body to any address, such
   * as a gateway on the visitor's own machine, without asking first, unless the body has a media
   * type for JSON.
   */
  private static boolean isFromWebPage(Context ctx) {
    return ctx.header("Origin") != null || ctx.header("Sec-Fetch-Site") != null;
  }

  private static Optional<String> header(Context ctx, String name) {
    @Nullable String value = ctx.header(name);
    return Optional.ofNullable(value).filter(text -> !text.isBlank());
  }
}
