package io.wideevents.gateway.http;

import io.wideevents.codec.BodyFormat;
import io.wideevents.codec.LenientRules;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The format and the compression of a body, read from the request's headers before the body is
 * read.
 *
 * @param format null if a lenient intake must find it in the body
 * @param lenient what is inferred for the events; empty for a strict intake
 */
record BodyShape(
    @Nullable BodyFormat format, Compression compression, Optional<LenientRules> lenient) {

  /**
   * Reads the headers {@code Content-Type} and {@code Content-Encoding}.
   *
   * @param contentType null when the header is absent
   * @param contentEncodings one item per header line; each may list several codings
   * @throws ProblemException 415 for a media type, charset or encoding that is not supported
   */
  static BodyShape of(@Nullable String contentType, List<String> contentEncodings) {
    if (contentType == null || contentType.isBlank()) {
      throw new ProblemException(Problems.unsupportedMediaType("The request has no Content-Type"));
    }
    BodyFormat format = format(contentType);
    if (format == null) {
      throw new ProblemException(Problems.unsupportedMediaType("This Content-Type is not taken"));
    }
    return new BodyShape(format, compression(contentEncodings), Optional.empty());
  }

  /**
   * Reads the headers for a lenient intake, which takes any media type and none.
   *
   * @throws ProblemException 415 for a charset or encoding that is not supported
   */
  static BodyShape lenient(
      @Nullable String contentType, List<String> contentEncodings, LenientRules rules) {
    return new BodyShape(
        contentType == null ? null : format(contentType),
        compression(contentEncodings),
        Optional.of(rules));
  }

  /** Returns null for a media type that names no format. */
  private static @Nullable BodyFormat format(String contentType) {
    String[] parts = contentType.split(";", -1);
    requireUtf8(parts);
    return switch (parts[0].strip().toLowerCase(Locale.ROOT)) {
      case "application/json" -> BodyFormat.JSON;
      case "application/x-ndjson",
          "application/ndjson",
          "application/jsonl",
          "application/x-jsonlines" ->
          BodyFormat.NDJSON;
      default -> null;
    };
  }

  /**
   * Checks the parameters of a media type.
   *
   * @param parts the media type, then its parameters
   * @throws ProblemException 415 for a charset other than UTF-8
   */
  static void requireUtf8(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      requireUtf8(parts[i].strip());
    }
  }

  private static void requireUtf8(String parameter) {
    int equals = parameter.indexOf('=');
    if (equals < 0 || !parameter.substring(0, equals).strip().equalsIgnoreCase("charset")) {
      return;
    }
    String charset = parameter.substring(equals + 1).strip();
    if (charset.length() > 1 && charset.startsWith("\"") && charset.endsWith("\"")) {
      charset = charset.substring(1, charset.length() - 1);
    }
    // US-ASCII is a subset of UTF-8. Some clients name it for bodies that contain only ASCII.
    if (!charset.equalsIgnoreCase("utf-8") && !charset.equalsIgnoreCase("us-ascii")) {
      throw new ProblemException(Problems.unsupportedCharset());
    }
  }

  static Compression compression(List<String> contentEncodings) {
    Compression found = Compression.IDENTITY;
    for (String header : contentEncodings) {
      for (String coding : header.split(",", -1)) {
        Compression next =
            Compression.named(coding)
                .orElseThrow(() -> new ProblemException(Problems.unsupportedEncoding()));
        if (next != Compression.IDENTITY) {
          if (found != Compression.IDENTITY) {
            throw new ProblemException(Problems.stackedEncodings());
          }
          found = next;
        }
      }
    }
    return found;
  }
}
