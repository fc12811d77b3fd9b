package io.wideevents.toolbox.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A reply as it came off a connection. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record FuzzReply(int status, boolean isLast, byte[] body) {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int MAX_LINE = 64 * 1024;

  /**
   * Reads the next reply; those with a status of 1xx are passed over.
   *
   * @param method of the request: a reply to HEAD has no body
   * @return empty when the connection has ended before it
   * @throws IOException also when the connection ends in the middle of the reply
   */
  static Optional<FuzzReply> read(InputStream in, String method) throws IOException {
    while (true) {
      String line = line(in);
      if (line.isEmpty()) {
        return Optional.empty();
      }
      if (!line.startsWith("HTTP/1.1 ") || line.length() < 12) {
        throw new IOException("No status line, but '" + line + "'");
      }
      int status = Integer.parseInt(line.substring(9, 12));
      long length = -1;
      boolean isChunked = false;
      boolean isLast = false;
      for (line = line(in); !line.isEmpty(); line = line(in)) {
        String header = line.toLowerCase(Locale.ROOT);
        if (header.startsWith("content-length:")) {
          length = Long.parseLong(header.substring(15).strip());
        }
        isChunked |= header.startsWith("transfer-encoding:") && header.endsWith("chunked");
        isLast |= header.startsWith("connection:") && header.endsWith("close");
      }
      if (status >= 200) {
        boolean hasBody = !method.equals("HEAD") && status != 204 && status != 304;
        byte[] body = !hasBody ? new byte[0] : isChunked ? chunks(in) : body(in, length);
        return Optional.of(
            new FuzzReply(status, isLast || hasBody && !isChunked && length < 0, body));
      }
    }
  }

  /**
   * The ids of the events that the gateway acknowledged: those with a tier.
   *
   * @throws JacksonException if the reply is no JSON
   */
  List<UUID> acknowledged() {
    List<UUID> ids = new ArrayList<>();
    if (status == 202 || status == 207 || status == 503) {
      for (JsonNode entry : MAPPER.readTree(body).path("events")) {
        if (entry.has("tier")) {
          ids.add(UUID.fromString(entry.path("eventId").asString("")));
        }
      }
    }
    return ids;
  }

  private static byte[] body(InputStream in, long length) throws IOException {
    if (length < 0) {
      return in.readAllBytes();
    }
    byte[] body = in.readNBytes((int) length);
    if (body.length < length) {
      throw new EOFException("The reply was cut off");
    }
    return body;
  }

  private static byte[] chunks(InputStream in) throws IOException {
    var body = new ByteArrayOutputStream();
    while (true) {
      int length = Integer.parseInt(line(in), 16);
      body.writeBytes(body(in, length));
      if (!line(in).isEmpty()) {
        throw new IOException("No line end after a chunk");
      }
      if (length == 0) {
        return body.toByteArray();
      }
    }
  }

  /** Without its line end; empty at the end of the connection. */
  private static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      if (line.size() == MAX_LINE) {
        throw new IOException("A line of the reply does not end");
      }
      if (next != '\r') {
        line.write(next);
      }
    }
    return line.toString(ISO_8859_1);
  }
}
