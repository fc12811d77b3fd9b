package io.wideevents.toolbox.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;

/**
 * A kind of request that costs a server memory, within its limits or far beyond. Uses a plain
 * socket, because an HTTP client would not send most of these requests.
 *
 * @param head header lines besides Host and Content-Length
 * @param body creates the body of a request from the request's name
 * @param announced the Content-Length for a body of so many bytes
 * @param manner how the body is sent
 */
record HostileRequest(
    String name,
    String head,
    Function<String, Made> body,
    Function<Integer, Long> announced,
    Manner manner) {
  private static final int MEBIBYTE = 1 << 20;
  private static final int MAX_BODY = 8 * MEBIBYTE;
  private static final int MAX_INFLATED = 32 * MEBIBYTE;
  private static final int MAX_EVENTS = 10_000;
  private static final int TINY_EVENTS = 15_000;
  private static final Semaphore MAKERS = new Semaphore(4);
  // Much longer than any request takes, because a client timeout would look like a closed
  // connection.
  private static final int ANSWER_TIMEOUT_MILLIS = 240_000;

  private static final String JSON = "Content-Type: application/json\r\n";
  private static final String NDJSON = "Content-Type: application/x-ndjson\r\n";
  private static final String GZIP = "Content-Encoding: gzip\r\n";
  private static final String ZSTD = "Content-Encoding: zstd\r\n";

  private static final byte[] GZIP_BOMB = gzip(new byte[MEBIBYTE], 500);
  private static final byte[] ZSTD_BOMB = zstd(new byte[MEBIBYTE], 2_000, 20);
  private static final byte[] WIDE_WINDOW = zstd(randomText(16 * MEBIBYTE), 1, 27);

  /** How a body is sent. */
  enum Manner {
    AT_ONCE,
    /** In small parts, more slowly than the body timeout allows. */
    TRICKLING,
    /** Half of the body, and then nothing until the server's timeout. */
    HALF
  }

  /**
   * A body.
   *
   * @param requestIds of the events in it that are stored if it is accepted
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Made(byte[] bytes, List<String> requestIds) {}

  /**
   * The outcome of a request.
   *
   * @param status 0 when the connection ended without an answer
   * @param lost how it ended then; else empty
   */
  record Answer(int status, List<String> requestIds, String lost) {}

  static List<HostileRequest> all() {
    return List.of(
        atOnce("largest-plain", NDJSON, name -> events(name, 780, 10_500, MAX_BODY)),
        atOnce("most-events", NDJSON, name -> events(name, MAX_EVENTS, 700, MAX_BODY)),
        atOnce("gzip-to-the-limit", NDJSON + GZIP, name -> packed(name, true)),
        atOnce("zstd-to-the-limit", NDJSON + ZSTD, name -> packed(name, false)),
        atOnce("gzip-bomb", JSON + GZIP, name -> nothing(GZIP_BOMB)),
        atOnce("zstd-bomb", JSON + ZSTD, name -> nothing(ZSTD_BOMB)),
        atOnce("zstd-window", JSON + ZSTD, name -> nothing(WIDE_WINDOW)),
        atOnce("tiny-events", JSON, HostileRequest::tiny),
        atOnce("deep", JSON, name -> nothing("[".repeat(MAX_BODY - 1).getBytes(US_ASCII))),
        atOnce("huge-number", JSON, name -> nothing(hugeNumber())),
        atOnce("huge-name", JSON, name -> nothing(hugeName())),
        new HostileRequest(
            "too-large",
            JSON,
            name -> nothing(new byte[MEBIBYTE]),
            length -> 1_000L * length,
            Manner.AT_ONCE),
        new HostileRequest(
            "short-length",
            NDJSON,
            name -> nothing(events(name, 10, 5_000, MAX_BODY).bytes()),
            length -> length / 2L,
            Manner.AT_ONCE),
        new HostileRequest(
            "trickling",
            NDJSON,
            name -> nothing(events(name, 100, 5_000, MAX_BODY).bytes()),
            Long::valueOf,
            Manner.TRICKLING),
        new HostileRequest(
            "half-open",
            NDJSON,
            name -> nothing(events(name, 700, 10_000, MAX_BODY).bytes()),
            Long::valueOf,
            Manner.HALF));
  }

  /** The large requests that a gateway accepts. */
  static List<HostileRequest> allowed() {
    Set<String> names =
        Set.of(
            "largest-plain",
            "most-events",
            "gzip-to-the-limit",
            "zstd-to-the-limit",
            "tiny-events");
    return all().stream().filter(kind -> names.contains(kind.name())).toList();
  }

  private static HostileRequest atOnce(String name, String head, Function<String, Made> body) {
    return new HostileRequest(name, head, body, Long::valueOf, Manner.AT_ONCE);
  }

  /** Sends a request and waits for the answer. Does not throw if the server fails. */
  Answer send(URI gateway, String id) {
    Made made = make(id);
    String headers =
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%sContent-Length: %d\r\n\r\n"
            .formatted(head, announced.apply(made.bytes().length));
    long start = System.nanoTime();
    String sent = "all was sent";
    try (Socket socket = new Socket(gateway.getHost(), gateway.getPort())) {
      socket.setSoTimeout(ANSWER_TIMEOUT_MILLIS);
      OutputStream out = socket.getOutputStream();
      try {
        out.write(headers.getBytes(US_ASCII));
        write(out, made.bytes());
      } catch (IOException e) {
        // The gateway rejected the request before its end. The answer may have arrived.
        sent = "sending ended with " + e.getMessage();
      }
      int status = status(socket.getInputStream());
      return status > 0
          ? new Answer(status, made.requestIds(), "")
          : lost(start, sent + ", then the connection ended");
    } catch (IOException e) {
      return lost(start, sent + ", then " + e.getMessage());
    }
  }

  private static Answer lost(long startNanos, String how) {
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos);
    return new Answer(0, List.of(), "after %d s: %s".formatted(seconds, how));
  }

  /** Few at a time, because some need tens of megabytes in this JVM while they are created. */
  private Made make(String id) {
    MAKERS.acquireUninterruptibly();
    try {
      return body.apply(name + "-" + id);
    } finally {
      MAKERS.release();
    }
  }

  private void write(OutputStream out, byte[] bytes) throws IOException {
    switch (manner) {
      case AT_ONCE -> out.write(bytes);
      case HALF -> out.write(bytes, 0, bytes.length / 2);
      case TRICKLING -> {
        for (int i = 0; i < bytes.length; i += 1_000) {
          out.write(bytes, i, Math.min(1_000, bytes.length - i));
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
      }
    }
  }

  private static int status(InputStream in) throws IOException {
    byte[] line = in.readNBytes(12);
    String text = new String(line, US_ASCII);
    return text.startsWith("HTTP/1.1 ") ? Integer.parseInt(text.substring(9)) : 0;
  }

  private static Made nothing(byte[] bytes) {
    return new Made(bytes, List.of());
  }

  private static Made events(String name, int count, int bytesEach, int most) {
    var body = new ByteArrayOutputStream();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String id = name + "-" + i;
      byte[] event = (event(id, bytesEach) + "\n").getBytes(UTF_8);
      if (body.size() + event.length > most) {
        break;
      }
      body.writeBytes(event);
      ids.add(id);
    }
    return new Made(body.toByteArray(), ids);
  }

  private static String event(String id, int bytes) {
    String start =
        """
        {"requestId":"%s","service":"memory","route":"/flood","timestamp":"%s","padding":\""""
            .formatted(id, Instant.now());
    return start + "x".repeat(Math.max(0, bytes - start.length() - 2)) + "\"}";
  }

  private static Made packed(String name, boolean gzip) {
    Made plain = events(name, MAX_EVENTS, 3_300, MAX_INFLATED - 64);
    byte[] filled = Arrays.copyOf(plain.bytes(), MAX_INFLATED);
    // Blank lines are skipped: exactly the limit.
    Arrays.fill(filled, plain.bytes().length, MAX_INFLATED, (byte) '\n');
    return new Made(gzip ? gzip(filled, 1) : Zstd.compress(filled, 1), plain.requestIds());
  }

  private static Made tiny(String name) {
    var body = new StringBuilder("[");
    List<String> ids = new ArrayList<>();
    Instant now = Instant.now();
    for (int i = 0; i < TINY_EVENTS; i++) {
      String id = name + "-" + i;
      body.append(i == 0 ? "" : ",")
          .append(
              "{\"requestId\":\"%s\",\"service\":\"s\",\"route\":\"r\",\"timestamp\":\"%s\"}"
                  .formatted(id, now));
      ids.add(id);
    }
    return new Made(body.append(']').toString().getBytes(UTF_8), ids);
  }

  private static byte[] hugeNumber() {
    return ("{\"requestId\":\"1\",\"service\":\"s\",\"route\":\"r\",\"timestamp\":\"%s\",\"n\":"
                .formatted(Instant.now())
            + "7".repeat(MAX_BODY - 1_000)
            + "}")
        .getBytes(US_ASCII);
  }

  private static byte[] hugeName() {
    return ("{\"" + "n".repeat(MAX_BODY - 1_000) + "\":1}").getBytes(US_ASCII);
  }

  private static byte[] randomText(int count) {
    byte[] bytes = new byte[count];
    new Random(1).nextBytes(bytes);
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) ('a' + (bytes[i] & 0xF));
    }
    return bytes;
  }

  private static byte[] gzip(byte[] bytes, int times) {
    var packed = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(packed, 1 << 16)) {
      for (int i = 0; i < times; i++) {
        out.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  private static byte[] zstd(byte[] bytes, int times, int windowLog) {
    var packed = new ByteArrayOutputStream();
    try (var out = new ZstdOutputStream(packed, 3)) {
      out.setLong(windowLog);
      for (int i = 0; i < times; i++) {
        out.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }
}
