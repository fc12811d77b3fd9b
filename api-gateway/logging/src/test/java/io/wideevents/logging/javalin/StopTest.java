package io.wideevents.logging.javalin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.javalin.Javalin;
import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.LoggingSettings;
import io.wideevents.time.Deadline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The end of the server while requests are open: each has its event, and the stop takes no longer.
 */
class StopTest {
  private static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(1);
  private static final int OPEN = 10;

  private final RecordingLogger tier = new RecordingLogger(Tier.KAFKA);
  private final RecordingLogger spool = new RecordingLogger(Tier.SPOOL);

  @Test
  void stopWithASilentJournal_waitsTheDeliveryTimeoutOnceForAllOpenRequests() throws Exception {
    SilentTier journal = new SilentTier();
    LoggingService logging =
        LoggingService.waiting(
            LoggingSettings.of("shop").timed(DELIVERY_TIMEOUT, Duration.ofSeconds(30)),
            journal,
            tier,
            spool,
            InstantSource.system());
    CountDownLatch running = new CountDownLatch(OPEN);
    Javalin javalin = start(logging, running);
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < OPEN; i++) {
      sockets.add(send(javalin.port()));
    }
    assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();

    javalin.stop();

    List<Deadline> waits = List.copyOf(journal.deadlines);
    assertThat(waits).hasSize(OPEN);
    long first = waits.getFirst().nanoTime();
    assertThat(waits)
        .as("the waits are not one after the other")
        .allSatisfy(
            wait ->
                assertThat(wait.nanoTime() - first)
                    .isLessThan(DELIVERY_TIMEOUT.toNanos() * OPEN / 2));
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(tier.durable()).hasSize(OPEN));
    for (Socket socket : sockets) {
      socket.close();
    }
    logging.close();
  }

  private static Javalin start(LoggingService logging, CountDownLatch running) {
    return Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              config.http.asyncTimeout = 120_000;
              config.registerPlugin(new WideEventsPlugin(logging));
              config.routes.get(
                  "/open",
                  ctx ->
                      ctx.future(
                          () -> {
                            running.countDown();
                            return new CompletableFuture<>();
                          }));
            })
        .start("127.0.0.1", 0);
  }

  private static Socket send(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(30_000);
    socket
        .getOutputStream()
        .write("GET /open HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** A tier that takes every event and never answers. */
  private static final class SilentTier implements LoggerPort {
    private final ConcurrentLinkedQueue<Deadline> deadlines = new ConcurrentLinkedQueue<>();

    @Override
    public CompletableFuture<List<DeliveryOutcome>> log(
        List<EncodedEvent> batch, Deadline deadline) {
      deadlines.add(deadline);
      return new CompletableFuture<>();
    }

    @Override
    public void close() {}
  }
}
