package io.wideevents.query.http;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.NotFoundResponse;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Serves the files of the page from the jar, with a strict content security policy. */
final class PageFiles {
  private static final String DIRECTORY = "/io/wideevents/query/ui/";
  private static final String INDEX = "index.html";
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'"
          + " data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  private static final Map<String, String> MEDIA_TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "mjs", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "json", "application/json",
          "svg", "image/svg+xml",
          "png", "image/png",
          "ico", "image/x-icon",
          "txt", "text/plain; charset=utf-8");
  // Names without a dot at the beginning: no path leaves the directory.
  private static final Pattern NAME =
      Pattern.compile(
          "(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/){0,4}[A-Za-z0-9_-][A-Za-z0-9._-]*\\.([a-z]+)");

  private final Map<String, PageFile> files = new ConcurrentHashMap<>();

  private static final class PageFile {
    private final byte[] bytes;
    private final String mediaType;
    private final String entityTag;

    PageFile(byte[] bytes, String mediaType) {
      this.bytes = bytes;
      this.mediaType = mediaType;
      this.entityTag = PageFiles.entityTag(bytes);
    }
  }

  /** Serves the page itself, and sends a browser from /ui to /ui/. */
  void index(Context ctx) throws IOException {
    if (ctx.path().endsWith("/")) {
      send(ctx, INDEX);
    } else {
      ctx.redirect("/ui/");
    }
  }

  /** Serves the other files. */
  void file(Context ctx) throws IOException {
    send(ctx, ctx.pathParam("file"));
  }

  private void send(Context ctx, String name) throws IOException {
    PageFile file = file(name);
    ctx.header("Content-Security-Policy", POLICY);
    ctx.header("X-Content-Type-Options", "nosniff");
    ctx.header("Referrer-Policy", "no-referrer");
    // A cached page would ask for the files of an earlier version.
    ctx.header("Cache-Control", name.equals(INDEX) ? "no-store" : "no-cache");
    ctx.header("ETag", file.entityTag);
    String known = ctx.header("If-None-Match");
    if (known != null && known.contains(file.entityTag)) {
      ctx.status(304);
      return;
    }
    ctx.contentType(file.mediaType);
    if (ctx.method().equals(HandlerType.GET)) {
      ctx.result(file.bytes);
    }
  }

  private PageFile file(String name) throws IOException {
    PageFile read = files.get(name);
    if (read != null) {
      return read;
    }
    Matcher matcher = NAME.matcher(name);
    String mediaType = matcher.matches() ? MEDIA_TYPES.get(matcher.group(1)) : null;
    if (mediaType == null) {
      throw new NotFoundResponse();
    }
    try (InputStream in = PageFiles.class.getResourceAsStream(DIRECTORY + name)) {
      if (in == null) {
        throw new NotFoundResponse();
      }
      PageFile file = new PageFile(in.readAllBytes(), mediaType);
      files.put(name, file);
      return file;
    }
  }

  private static String entityTag(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return '"' + HexFormat.of().formatHex(hash, 0, 16) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every Java has SHA-256", e);
    }
  }
}
