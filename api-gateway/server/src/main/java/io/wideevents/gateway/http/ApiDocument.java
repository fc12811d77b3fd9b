package io.wideevents.gateway.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.wideevents.event.EventSchema;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Serves a document that describes the API. The document does not change while the process runs.
 * Its entity tag is a hash of its bytes. Safe for concurrent use.
 */
final class ApiDocument implements Handler {
  // After an upgrade, a cache may serve the previous version for this many seconds.
  private static final String CACHING = "public, max-age=300";

  private final byte[] bytes;
  private final String mediaType;
  private final String entityTag;

  private ApiDocument(byte[] bytes, String mediaType) {
    this.bytes = bytes;
    this.mediaType = mediaType;
    this.entityTag = '"' + HexFormat.of().formatHex(sha256(bytes), 0, 16) + '"';
  }

  static ApiDocument openApi() {
    try (InputStream in =
        Objects.requireNonNull(ApiDocument.class.getResourceAsStream("openapi.yaml"))) {
      // RFC 9512
      return new ApiDocument(in.readAllBytes(), "application/yaml");
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read openapi.yaml from our own jar", e);
    }
  }

  /** The JSON Schema of an event. The OpenAPI description refers to it. */
  static ApiDocument eventSchema() {
    return new ApiDocument(EventSchema.json(), "application/schema+json");
  }

  @Override
  public void handle(Context ctx) {
    // The route is public, and compression would take as much processor time as the rest of the
    // reply. The strong entity tag names the uncompressed bytes.
    ctx.disableCompression().header("ETag", entityTag).header("Cache-Control", CACHING);
    if (isKnown(ctx.header("If-None-Match"))) {
      ctx.status(304);
    } else {
      ctx.contentType(mediaType).result(bytes);
    }
  }

  /**
   * Whether the client has the current bytes. RFC 9110 prescribes the weak comparison of entity
   * tags for {@code If-None-Match}.
   */
  private boolean isKnown(@Nullable String ifNoneMatch) {
    return ifNoneMatch != null
        && (ifNoneMatch.strip().equals("*") || ifNoneMatch.contains(entityTag));
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every Java has SHA-256", e);
    }
  }
}
