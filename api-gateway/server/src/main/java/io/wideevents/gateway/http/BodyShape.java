package io.wideevents.gateway.http;

import io.wideevents.codec.BodyFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The format and the compression of a body, read from the request's headers before the body is
 * read.
 */
record BodyShape(BodyFormat format, Compression compression) {

  /**
   * Reads the headers {@code Content-Type} and {@code Content-Encoding}.
   *
   * @param contentType null when the header is absent
   * @param contentEncodings one item per header line; each may list several codings
   * @throws ProblemException 415 for a media type, charset or encoding that is not supported
   */
  static BodyShape of(@Nullable String contentType, List<String> contentEncodings) {
    return new BodyShape(format(contentType), compression(contentEncodings));
  }

  private static BodyFormat format(@Nullable String contentType) {
    if (contentType == null || contentType.isBlank()) {
      throw new ProblemException(Problems.unsupportedMediaType("The request has no Content-Type"));
    }
    String[] parts = contentType.split(";", -1);
    String mediaType = parts[0].strip().toLowerCase(Locale.ROOT);
    BodyFormat format =
        switch (mediaType) {
          case "application/json" -> BodyFormat.JSON;
          case "application/x-ndjson",
              "application/ndjson",
              "application/jsonl",
              "application/x-jsonlines" ->
              BodyFormat.NDJSON;
          default ->
              throw new ProblemException(
                  Problems.unsupportedMediaType("This Content-Type is not taken"));
        };
    requireUtf8(parts);
    return format;
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
