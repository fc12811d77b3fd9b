package io.wideevents.worker.query;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.Optional;

/** Reads a stream of server-sent events, as the HTML standard defines them. Used by one thread. */
final class ServerSentEvents {
  private static final Duration MAX_RETRY = Duration.ofSeconds(30);

  /**
   * An event of the stream.
   *
   * @param type {@code message} if the stream names no other
   */
  record Sent(String type, String data) {}

  private final BufferedReader lines;
  private Optional<String> lastId;
  private Duration retry;

  /**
   * @param lastId the id of the last event of an earlier stream
   * @param retry how long to wait before the next connection, unless the stream names another time
   */
  ServerSentEvents(InputStream stream, Optional<String> lastId, Duration retry) {
    this.lines = new BufferedReader(new InputStreamReader(stream, UTF_8));
    this.lastId = lastId;
    this.retry = retry;
  }

  /** The next event; empty at the end of the stream. An event that is cut off is not returned. */
  Optional<Sent> next() throws IOException {
    String type = "message";
    StringBuilder data = new StringBuilder();
    String id = null;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      int colon = line.indexOf(':');
      String field = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1);
      value = value.startsWith(" ") ? value.substring(1) : value;
      switch (field) {
        case "event" -> type = value;
        case "data" -> data.append(data.isEmpty() ? "" : "\n").append(value);
        case "id" -> id = value;
        case "retry" -> retry = millis(value);
        case "" -> {
          if (colon < 0 && id != null) {
            lastId = Optional.of(id);
          }
          if (colon < 0 && !data.isEmpty()) {
            return Optional.of(new Sent(type, data.toString()));
          }
          if (colon < 0) {
            type = "message";
          }
        }
        default -> {} // later versions of the standard may add fields
      }
    }
    return Optional.empty();
  }

  private Duration millis(String value) {
    if (!value.matches("\\d{1,9}")) {
      return retry;
    }
    Duration wanted = Duration.ofMillis(Long.parseLong(value));
    return wanted.compareTo(MAX_RETRY) < 0 ? wanted : MAX_RETRY;
  }

  /** The id of the last complete event, of this stream or an earlier one. */
  Optional<String> lastId() {
    return lastId;
  }

  Duration retry() {
    return retry;
  }
}
