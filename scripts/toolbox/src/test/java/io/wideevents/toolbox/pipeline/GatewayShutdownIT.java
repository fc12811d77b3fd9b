package io.wideevents.toolbox.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wideevents.stack.KafkaBroker;
import io.wideevents.stack.RestartableMongoServer;
import io.wideevents.stack.TestStack;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The end of a gateway while Kafka and MongoDB do not answer and requests are in progress. */
@Timeout(300)
class GatewayShutdownIT {
  private static final Duration BOUND = Duration.ofSeconds(120);
  private static final int BOUND_MILLIS = 8_000;
  private static final Pattern BEGAN = Pattern.compile("Shutdown began");
  private static final Pattern ENDED =
      Pattern.compile("Shutdown ended exitCode=0 durationMs=(\\d+)");

  @TempDir private Path directory;

  @Test
  void gateway_endsInTimeAndLosesNothingWhileKafkaAndMongodbHang() throws Exception {
    Optional<RestartableMongoServer> own = TestStack.startOwnMongo();
    assumeTrue(own.isPresent(), "there is no mongod to freeze");
    try (KafkaBroker broker = KafkaBroker.startOwn();
        RestartableMongoServer mongod = own.get()) {
      TestPipeline pipeline =
          TestPipeline.on(
              broker.bootstrapServers(),
              mongod.uri(),
              TestStack.uniqueName(GatewayShutdownIT.class),
              GatewayShutdownIT.class,
              directory);
      Set<String> acknowledged = new HashSet<>();
      try (GatewayProcess gateway = pipeline.startGateway().awaitListening();
          Posters posters = new Posters(gateway.url())) {
        // Given small requests, big ones and a slow upload under way, and two frozen servers
        await().atMost(BOUND).until(() -> posters.post("before", 100, 100) == 202);
        broker.pause();
        mongod.pause();
        int before = posters.sent();
        posters.start("small", 8, 1, 100);
        posters.start("big", 2, 10_000, 200);
        Thread slow = uploadSlowly(gateway.url());
        await().atMost(BOUND).until(() -> posters.sent() >= before + 10);

        // When
        gateway.process().terminate();

        // Then: a gateway that does not close within its limit ends with another code
        assertThat(gateway.process().awaitExit(BOUND)).as(gateway.process().logTail()).isZero();
        Matcher ended = gateway.process().awaitLog(ENDED, BOUND);
        assertThat(Integer.parseInt(ended.group(1))).isLessThan(BOUND_MILLIS);
        posters.stop();
        slow.join();
        acknowledged.addAll(posters.acknowledged());
        System.out.printf(
            "Shutdown with everything hanging: %s ms; answers %s; %d events acknowledged%n",
            ended.group(1), posters.statuses(), acknowledged.size());
        // The requests in progress got their replies.
        assertThat(posters.statuses()).as("%s", posters.refusals()).containsKey(202);
        gateway.process().awaitLog(Pattern.compile("Events stay in the spool"), BOUND);
      }

      // And every acknowledged event is stored when servers and gateway are up again
      broker.resume();
      mongod.resume();
      try (GatewayProcess gateway = pipeline.startGateway().awaitListening();
          WorkerProcess worker = pipeline.startWorker();
          StoredEvents stored = pipeline.stored()) {
        StoredIds.awaitAll(stored, acknowledged, BOUND);
        assertThat(gateway.process().isAlive()).isTrue();
        assertThat(worker.process().isAlive()).isTrue();
      }
    }
  }

  @Test
  void gateway_isNotReadyAndStillAnswersWhileItEnds() throws Exception {
    Optional<RestartableMongoServer> own = TestStack.startOwnMongo();
    assumeTrue(own.isPresent(), "there is no mongod to freeze");
    try (RestartableMongoServer mongod = own.get()) {
      TestPipeline pipeline =
          TestPipeline.on(
                  "127.0.0.1:1",
                  mongod.uri(),
                  TestStack.uniqueName(GatewayShutdownIT.class),
                  GatewayShutdownIT.class,
                  directory)
              .with("MQ_ENABLED", "false");
      try (GatewayProcess gateway = pipeline.startGateway().awaitListening();
          Posters posters = new Posters(gateway.url());
          Posters late = new Posters(gateway.url())) {
        // Given
        await().atMost(BOUND).until(() -> posters.post("before", 1, 100) == 202);
        mongod.pause();
        posters.start("waiting", 1, 1, 100);
        await().atMost(BOUND).until(() -> posters.sent() > 1);

        // When
        gateway.process().terminate();
        gateway.process().awaitLog(BEGAN, BOUND);

        // Then: a reply says so, as long as the gateway accepts connections. A post may still be
        // accepted between the log line and the drain.
        AtomicInteger status = new AtomicInteger();
        await()
            .atMost(BOUND)
            .until(
                () -> {
                  status.set(late.post("late", 1, 100));
                  return status.get() != 202;
                });
        assertThat(status.get()).isIn(503, 0);
        late.refusals().forEach(refusal -> assertThat(refusal).contains("draining"));
        assertThat(gateway.process().awaitExit(BOUND)).isZero();
        mongod.resume();
      }
    }
  }

  /** Sends the beginning of a large body, a byte at a time, until the connection is closed. */
  private static Thread uploadSlowly(URI gateway) {
    return Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try (Socket socket = new Socket(gateway.getHost(), gateway.getPort())) {
                OutputStream out = socket.getOutputStream();
                out.write(
                    ("POST /v1/events HTTP/1.1\r\nHost: localhost\r\n"
                            + "Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n[")
                        .getBytes(US_ASCII));
                while (true) {
                  out.write(' ');
                  out.flush();
                  LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                }
              } catch (IOException e) {
                // The gateway must not wait for this upload.
              }
            });
  }
}
