package io.wideevents.toolbox.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wideevents.stack.KafkaBroker;
import io.wideevents.stack.RestartableMongoServer;
import io.wideevents.stack.TestStack;
import io.wideevents.toolbox.load.Schedule;
import io.wideevents.toolbox.sample.SampleTraffic;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.common.GroupState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops MongoDB under load. The worker's memory stays bounded, the worker stays in its group and
 * makes no dead letters, and it stores the backlog after the outage.
 *
 * <p>{@code -Dwideevents.outage=60} makes the outage that many seconds long, {@code
 * -Dwideevents.rate=…} the load that many events a second.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class WorkerOutageIT {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerOutageIT.class);
  private static final long OUTAGE_SECONDS = Long.getLong("wideevents.outage", 5);
  private static final long EVENTS_PER_SECOND = Long.getLong("wideevents.rate", 3_000);
  private static final Duration BOUND = Duration.ofMinutes(5);
  private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d+) kB");
  private static final Pattern HEAP =
      Pattern.compile("jvm_memory_used_bytes\\{area=\"heap\",[^}]*} (\\S+)");
  private static final int HEAP_MEBIBYTES = 256;

  private final HttpClient http = HttpClient.newHttpClient();
  private final AtomicBoolean stop = new AtomicBoolean();

  @TempDir private Path directory;

  @Test
  void outageOfMongodb_isWaitedOutInBoundedMemoryAndInTheGroup() throws Exception {
    Optional<RestartableMongoServer> own = TestStack.startOwnMongo();
    assumeTrue(own.isPresent(), "no mongod on the PATH to stop");
    try (RestartableMongoServer mongod = own.orElseThrow();
        KafkaBroker broker = KafkaBroker.startOwn()) {
      TestPipeline pipeline =
          TestPipeline.on(
                  broker.bootstrapServers(),
                  mongod.uri(),
                  "outage",
                  WorkerOutageIT.class,
                  directory)
              .with("JAVA_OPTS", "-Xmx" + HEAP_MEBIBYTES + "m -XX:+UseSerialGC");
      try (TopicView topic = pipeline.topic();
          TopicView deadLetters = pipeline.deadLetters();
          StoredEvents stored = pipeline.stored();
          WorkerProcess worker = pipeline.startWorker().awaitConsuming();
          RecordProducer producer = pipeline.producer();
          ExecutorService background = Executors.newSingleThreadExecutor()) {
        // Given
        URI health = worker.url();
        Future<?> sending = background.submit(() -> sendUntilStopped(producer));
        await().atMost(BOUND).until(() -> stored.count() > EVENTS_PER_SECOND);
        String member = onlyMember(topic, pipeline);

        // When
        mongod.stop();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(OUTAGE_SECONDS);
        await().atMost(BOUND).until(() -> status(health, "/health/ready") == 503);
        double heap = 0;
        while (System.nanoTime() < end) {
          heap = Math.max(heap, heapMebibytes(health));
          assertThat(onlyMember(topic, pipeline)).isEqualTo(member);
          assertThat(status(health, "/health/live")).isEqualTo(200);
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
        }
        long behind = topic.lag(pipeline.group());
        mongod.start();
        long back = System.nanoTime();
        stop.set(true);
        sending.get();

        // Then
        await().atMost(BOUND).until(() -> topic.lag(pipeline.group()) == 0);
        long caughtUpMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - back);
        heap = Math.max(heap, heapMebibytes(health));
        LOG.info(
            "MongoDB was away for {} s at {} events/s: {} records behind, zero lag {} ms after it"
                + " was back; heap at most {} of {} MiB, process at most {} MiB",
            OUTAGE_SECONDS,
            EVENTS_PER_SECOND,
            behind,
            caughtUpMillis,
            Math.round(heap),
            HEAP_MEBIBYTES,
            peakMebibytes(worker));
        assertThat(stored.count()).isEqualTo(producer.acknowledged());
        assertThat(deadLetters.total()).isZero();
        assertThat(onlyMember(topic, pipeline)).isEqualTo(member);
        assertThat(worker.process().isAlive()).isTrue();
        // The heap, and the other memory of a JVM with clients of Kafka and MongoDB.
        assertThat(peakMebibytes(worker)).isLessThan(HEAP_MEBIBYTES + 256);
      }
    }
  }

  private @Nullable Void sendUntilStopped(RecordProducer producer) throws InterruptedException {
    SampleTraffic traffic = new SampleTraffic(3, Instant.now());
    Schedule schedule = new Schedule(EVENTS_PER_SECOND);
    while (!stop.get()) {
      schedule.awaitNext();
      producer.send(traffic.next());
    }
    producer.flush();
    return null;
  }

  /**
   * The only member of a stable group. Another id would mean that the worker left the group and
   * joined again.
   */
  private static String onlyMember(TopicView topic, TestPipeline pipeline) {
    ConsumerGroupDescription group = topic.group(pipeline.group());
    assertThat(group.groupState()).isEqualTo(GroupState.STABLE);
    assertThat(group.members()).hasSize(1);
    return group.members().iterator().next().consumerId();
  }

  private double heapMebibytes(URI url) throws IOException, InterruptedException {
    double bytes = 0;
    Matcher matcher = HEAP.matcher(get(url, "/metrics").body());
    while (matcher.find()) {
      bytes += Double.parseDouble(matcher.group(1));
    }
    assertThat(bytes).isPositive();
    return bytes / (1 << 20);
  }

  private static long peakMebibytes(WorkerProcess worker) throws IOException {
    Path status = Path.of("/proc/%d/status".formatted(worker.process().pid()));
    if (!Files.exists(status)) {
      return 0; // not a Linux: the heap's own bound has to do
    }
    Matcher peak = PEAK.matcher(Files.readString(status));
    assertThat(peak.find()).isTrue();
    return Long.parseLong(peak.group(1)) / 1024;
  }

  private int status(URI url, String path) throws IOException, InterruptedException {
    return get(url, path).statusCode();
  }

  private HttpResponse<String> get(URI url, String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(url.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
  }
}
