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
 * A document that describes the API, the same for as long as the process lives, under an entity tag
 * that changes with its bytes. Safe for concurrent use.
 */
final class ApiDocument implements Handler {
  // Readers of an upgraded gateway's description may be this late.
  private static final String CACHING = "public, max-age=300";

  private final byte[] bytes;
  private final String mediaType;
  private final String entityTag;

  private ApiDocument(byte[] bytes, String mediaType) {
    this.bytes = bytes;
    this.mediaType = mediaType;
    this.entityTag = '"' + HexFormat.of().formatHex(sha256(bytes), 0, 16) + '"';
  }

  /** The OpenAPI description of everything this server answers. */
  static ApiDocument openApi() {
    try (InputStream in =
        Objects.requireNonNull(ApiDocument.class.getResourceAsStream("openapi.yaml"))) {
      // RFC 9512
      return new ApiDocument(in.readAllBytes(), "application/yaml");
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read openapi.yaml from our own jar", e);
    }
  }

  /** The JSON Schema of an event, which the OpenAPI description refers to. */
  static ApiDocument eventSchema() {
    return new ApiDocument(EventSchema.json(), "application/schema+json");
  }

  @Override
  public void handle(Context ctx) {
    // Compressing takes as long as everything else about the reply, and needs no key. The strong
    // entity tag names these bytes.
    ctx.disableCompression().header("ETag", entityTag).header("Cache-Control", CACHING);
    if (isKnown(ctx.header("If-None-Match"))) {
      ctx.status(304);
    } else {
      ctx.contentType(mediaType).result(bytes);
    }
  }

  /** Whether the client has these bytes; tags are compared weakly, as RFC 9110 asks for here. */
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
