package io.wideevents.toolbox.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.wideevents.codec.BodyFormat;
import io.wideevents.codec.BodyPattern;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/**
 * Makes requests of every kind that reaches the gateway: each seed stands for one. Most have an
 * ordinary head, so that their bodies are read; sizes are skewed to the limits of the default
 * settings.
 */
final class RequestGenerator {
  private static final int KIBIBYTE = 1 << 10;
  private static final int MEBIBYTE = 1 << 20;
  private static final int MAX_BODY = 8 * MEBIBYTE;
  private static final int MAX_INFLATED = 32 * MEBIBYTE;

  /**
   * The limits: a name's, a number's, 10 000 empty objects, 10 000 broken lines, the parser's
   * depth, an event's, a large body's.
   */
  private static final int[] LIMITS = {
    256, 16 * KIBIBYTE, 30_001, 50_000, 100_000, 256 * KIBIBYTE, 256 * KIBIBYTE, MEBIBYTE
  };

  private static final List<String> PATHS =
      List.of(
          "/health/live",
          "/health/ready",
          "/metrics",
          "/openapi.yaml",
          "/schemas/event.json",
          "/",
          "/v1",
          "/v1/events/",
          "/v1//events",
          "/V1/Events",
          "/v1/events?x=%00",
          "/v1/events;a=b",
          "/v1/./events",
          "/v1/%65vents",
          "/v1/events%2F",
          "/v1/events%00",
          "/v1/events#x",
          "/%",
          "/%zz",
          "/%c0%ae%c0%ae/etc/passwd",
          "/../../etc/passwd",
          "/v1/../../etc/passwd",
          "/%2e%2e/%2e%2e/etc/passwd",
          "/..;/metrics",
          "\\v1\\events",
          "*",
          "events",
          "http://localhost/v1/events",
          "http://other.example/v1/events",
          "//other.example/v1/events");

  private static final List<String> METHODS =
      List.of(
          "GET",
          "HEAD",
          "PUT",
          "DELETE",
          "OPTIONS",
          "PATCH",
          "TRACE",
          "CONNECT",
          "post",
          "FOO",
          "PO ST",
          "M".repeat(300));

  private final Instant now;
  private final String host;

  /**
   * @param host what an ordinary {@code Host} header has
   * @param now the time of the events
   */
  RequestGenerator(String host, Instant now) {
    this.host = host;
    this.now = now;
  }

  FuzzRequest make(long seed) {
    // Consecutive seeds begin with nearly the same numbers unless they are mixed.
    Random random = new Random(seed * 0x9E37_79B9_7F4A_7C15L);
    return new Dice(random).request(seed);
  }

  private final class Dice {
    private final Random random;
    private boolean isOrdinary = true;

    private Dice(Random random) {
      this.random = random;
    }

    private FuzzRequest request(long seed) {
      BodyPattern pattern = BodyPattern.values()[random.nextInt(BodyPattern.values().length)];
      BodyPacking packing =
          oneIn(3)
              ? BodyPacking.values()[random.nextInt(BodyPacking.values().length)]
              : pick(List.of(BodyPacking.PLAIN, BodyPacking.GZIP, BodyPacking.ZSTD));
      Manner manner = manner();
      byte[] body = packing.pack(random, pattern.make(random, size(packing), now));
      String method = oneIn(20) ? odd(pick(METHODS)) : "POST";
      StringBuilder head = new StringBuilder();
      head.append(method).append(' ').append(oneIn(20) ? odd(path()) : "/v1/events").append(' ');
      head.append(oneIn(100) ? odd(version()) : "HTTP/1.1").append("\r\n");
      host(head);
      contentType(head, pattern.format());
      contentEncoding(head, packing.encoding());
      otherHeaders(head, manner);
      byte[] content = framed(head, body);
      head.append("\r\n");
      return new FuzzRequest(
          seed,
          pattern,
          packing,
          manner,
          method,
          head.toString().getBytes(ISO_8859_1),
          content,
          isOrdinary);
    }

    private Manner manner() {
      return switch (random.nextInt(50)) {
        case 0 -> Manner.TRICKLE;
        case 1 -> Manner.SLOW_HEAD;
        case 2 -> Manner.STALL;
        case 3 -> Manner.NO_READ;
        case 4, 5 -> Manner.RESET;
        case 6, 7, 8 -> Manner.PIPELINED;
        case 9, 10, 11, 12, 13 -> Manner.KEPT;
        case 14, 15, 16 -> Manner.HALF_CLOSE;
        case 17, 18, 19, 20, 21 -> Manner.SMALL_WRITES;
        default -> Manner.AT_ONCE;
      };
    }

    private int size(BodyPacking packing) {
      int around = random.nextInt(7) - 3;
      return switch (random.nextInt(20)) {
        case 0 -> random.nextInt(3);
        case 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 -> Math.max(0, (1 << random.nextInt(13)) + around);
        case 11, 12, 13, 14, 15, 16, 17 -> LIMITS[random.nextInt(LIMITS.length)] + around;
        case 18 -> (oneIn(2) ? MAX_BODY : MAX_BODY / 2) + around;
        default -> (packing == BodyPacking.PLAIN ? MAX_BODY : MAX_INFLATED) + around;
      };
    }

    private String path() {
      return oneIn(6)
          ? "/v1/events/" + "p".repeat(8 * KIBIBYTE - 100 + random.nextInt(200))
          : pick(PATHS);
    }

    private String version() {
      return pick(List.of("HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "HTTP/1.1x", "", "ICAP/1.0"));
    }

    private void host(StringBuilder head) {
      if (!oneIn(30)) {
        header(head, "Host", host);
        return;
      }
      isOrdinary = false;
      switch (random.nextInt(7)) {
        case 0 -> {}
        case 1 -> header(header(head, "Host", host), "Host", host);
        case 2 -> header(head, "Host", "other.example");
        case 3 -> header(head, "Host", "h".repeat(7 * KIBIBYTE));
        case 4 -> header(head, "Host", "local host:x:y");
        case 5 -> header(head, "Host", "[::1");
        default -> header(head, "Host", "");
      }
    }

    private void contentType(StringBuilder head, BodyFormat format) {
      String usual =
          switch (format) {
            case JSON -> "application/json";
            case NDJSON -> "application/x-ndjson";
          };
      if (!oneIn(20)) {
        header(head, "Content-Type", usual);
        return;
      }
      switch (random.nextInt(9)) {
        case 0 -> {}
        case 1 -> header(header(head, "Content-Type", usual), "Content-Type", "text/plain");
        case 2 -> header(head, "Content-Type", "");
        case 3 -> header(head, "Content-Type", usual + ";".repeat(random.nextInt(7 * KIBIBYTE)));
        case 4 -> header(head, "Content-Type", usual + "; charset=utf-16");
        case 5 -> header(head, "Content-Type", usual + ";charset=\"UTF-8\"; a=\"\\\";\"");
        case 6 -> header(head, "Content-Type", "\u00e9\u0001/" + usual);
        case 7 -> header(head, "Content-Type", "multipart/form-data; boundary=x");
        default -> header(head, "Content-Type", "application/x-www-form-urlencoded");
      }
      // Control characters are no part of a header.
      isOrdinary &= head.indexOf("\u0001") < 0;
    }

    private void contentEncoding(StringBuilder head, String usual) {
      if (!oneIn(30)) {
        if (!usual.isEmpty()) {
          header(head, "Content-Encoding", usual);
        }
        return;
      }
      switch (random.nextInt(5)) {
        case 0 -> header(head, "Content-Encoding", "identity," + usual);
        case 1 -> header(header(head, "Content-Encoding", usual), "Content-Encoding", "gzip");
        case 2 -> header(head, "Content-Encoding", ",".repeat(random.nextInt(7 * KIBIBYTE)));
        case 3 -> header(head, "Content-Encoding", "deflate");
        default -> {
          for (int i = random.nextInt(200); i >= 0; i--) {
            header(head, "Content-Encoding", "identity");
          }
        }
      }
    }

    private void otherHeaders(StringBuilder head, Manner manner) {
      if (manner != Manner.KEPT && manner != Manner.PIPELINED && oneIn(2)) {
        header(head, "Connection", "close");
      }
      if (oneIn(20)) {
        header(head, "Expect", oneIn(5) ? odd("200-ok") : "100-continue");
      }
      if (oneIn(20)) {
        header(
            head,
            "Authorization",
            pick(List.of("", "Bearer", "Bearer  x", "Basic !", "Bearer " + "k".repeat(4096))));
      }
      if (oneIn(40)) {
        // Around 8 KiB, which is what a head may have.
        header(head, "X-Long", odd("h".repeat(8 * KIBIBYTE - 400 + random.nextInt(500))));
      }
      if (oneIn(40)) {
        int many = 1 + random.nextInt(800);
        isOrdinary &= many < 100;
        for (int i = 0; i < many; i++) {
          header(head, "X-" + i, "1");
        }
      }
      if (oneIn(80)) {
        head.append(odd(pick(List.of("no colon", ": no name", " folded: x", "X Y: 1", "X: \0"))));
        head.append("\r\n");
      }
    }

    private byte[] framed(StringBuilder head, byte[] body) {
      int dice = random.nextInt(100);
      if (dice < 75) {
        header(head, "Content-Length", Integer.toString(body.length));
        return body;
      }
      if (dice < 92) {
        header(head, "Transfer-Encoding", "chunked");
        return chunked(body);
      }
      isOrdinary = false;
      switch (random.nextInt(8)) {
        case 0 -> header(head, "Content-Length", Integer.toString(body.length / 2));
        case 1 ->
            header(head, "Content-Length", Long.toString(body.length + 1L + random.nextInt(9)));
        case 2 -> header(head, "Content-Length", Long.toString(1000L * body.length));
        case 3 -> header(head, "Content-Length", "-1");
        case 4 -> header(head, "Content-Length", "9".repeat(30));
        case 5 -> {
          header(head, "Content-Length", Integer.toString(body.length));
          header(head, "Transfer-Encoding", "chunked");
          return chunked(body);
        }
        case 6 -> {
          header(head, "Transfer-Encoding", "chunked");
          byte[] chunks = chunked(body);
          chunks[random.nextInt(chunks.length)] ^= (byte) (1 << random.nextInt(8));
          return chunks;
        }
        default -> {}
      }
      return body;
    }

    private byte[] chunked(byte[] body) {
      int most = oneIn(4) ? 1 + random.nextInt(16) : 1 + random.nextInt(1 << 16);
      // A megabyte in chunks of a few bytes is ten megabytes on the wire.
      most = Math.max(most, body.length / 20_000);
      var out = new ByteArrayOutputStream(body.length + 1024);
      for (int from = 0; from < body.length; ) {
        int length = Math.min(body.length - from, 1 + random.nextInt(most));
        String extension = oneIn(50) ? ";x=\"y\"" : "";
        out.writeBytes((Integer.toHexString(length) + extension + "\r\n").getBytes(ISO_8859_1));
        out.write(body, from, length);
        out.writeBytes("\r\n".getBytes(ISO_8859_1));
        from += length;
      }
      String trailer = oneIn(20) ? "X-Trailer: 1\r\n" : "";
      out.writeBytes(("0\r\n" + trailer + "\r\n").getBytes(ISO_8859_1));
      return out.toByteArray();
    }

    private StringBuilder header(StringBuilder head, String name, String value) {
      return head.append(name).append(": ").append(value).append("\r\n");
    }

    private String odd(String text) {
      isOrdinary = false;
      return text;
    }

    private boolean oneIn(int times) {
      return random.nextInt(times) == 0;
    }

    private <T> T pick(List<T> from) {
      return from.get(random.nextInt(from.size()));
    }
  }
}
