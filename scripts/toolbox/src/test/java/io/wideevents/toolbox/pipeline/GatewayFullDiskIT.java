package io.wideevents.toolbox.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wideevents.stack.RestartableMongoServer;
import io.wideevents.stack.SmallFileSystem;
import io.wideevents.stack.TestStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole gateway on a disk that becomes full while Kafka and MongoDB are down. */
@Timeout(300)
class GatewayFullDiskIT {
  private static final Duration BOUND = Duration.ofSeconds(120);
  private static final int DISK_MEBIBYTES = 16;
  private static final String NO_SERVER = "127.0.0.1:1";

  // The tests share one mongod. Each ends with a running one and has its own database.
  private static Optional<RestartableMongoServer> own = Optional.empty();

  @TempDir private Path directory;

  @BeforeAll
  static void startMongo() {
    own = TestStack.startOwnMongo();
    assumeTrue(own.isPresent(), "there is no mongod to stop");
  }

  @AfterAll
  static void closeMongo() {
    own.ifPresent(RestartableMongoServer::close);
  }

  @Test
  void gateway_losesNothingOnAFullDiskAndRecoversWithoutARestart() throws Exception {
    RestartableMongoServer mongod = own.orElseThrow();
    try (SmallFileSystem disk = mountDisk()) {
      TestPipeline pipeline = pipeline(mongod, disk);
      mongod.kill9();
      try (GatewayProcess gateway = pipeline.startGateway().awaitListening();
          Posters posters = new Posters(gateway.url())) {
        // Given a disk that other processes have filled
        assertThat(posters.post("first", 100, 1_000)).isEqualTo(202);
        Path filler = disk.fillUp();
        assertThat(posters.post("refused", 100, 1_000)).isEqualTo(503);
        assertThat(posters.refusals()).last().asString().contains("not_confirmed");

        // When these processes free space, then events are accepted again
        Files.delete(filler);
        await().atMost(BOUND).until(() -> posters.post("room", 100, 1_000) == 202);

        // And when the spool itself fills the disk
        int posted = fill(posters, "fill");
        assertThat(posted).isGreaterThan(10);
        assertThat(gateway.process().isAlive()).isTrue();

        // Then the replay to the database frees space, and no acknowledged event is lost
        mongod.start();
        try (StoredEvents stored = pipeline.stored()) {
          StoredIds.awaitAll(stored, posters.acknowledged(), BOUND);
          await().atMost(BOUND).until(() -> posters.post("after", 100, 1_000) == 202);
          StoredIds.awaitAll(stored, posters.acknowledged(), BOUND);
        }
        System.out.printf(
            "Full disk of %d MiB: answers %s, %d events acknowledged, all stored%n",
            DISK_MEBIBYTES, posters.statuses(), posters.acknowledged().size());
      }
    }
  }

  @Test
  void gateway_thatIsKilledOnAFullDiskReplaysItsBacklogAfterwards() throws Exception {
    RestartableMongoServer mongod = own.orElseThrow();
    try (SmallFileSystem disk = mountDisk()) {
      TestPipeline pipeline = pipeline(mongod, disk);
      mongod.kill9();
      Set<String> acknowledged = new HashSet<>();
      try (GatewayProcess gateway = pipeline.startGateway().awaitListening();
          Posters posters = new Posters(gateway.url())) {
        // Given
        fill(posters, "fill");

        // When
        gateway.process().kill9();
        acknowledged.addAll(posters.acknowledged());
      }

      // Then a new gateway starts on the full disk, and drains the spool when the database is up
      // again
      try (GatewayProcess gateway = pipeline.startGateway().awaitListening();
          StoredEvents stored = pipeline.stored()) {
        mongod.start();
        StoredIds.awaitAll(stored, acknowledged, BOUND);
        assertThat(gateway.process().isAlive()).isTrue();
      }
    }
  }

  private SmallFileSystem mountDisk() throws IOException {
    Optional<SmallFileSystem> disk =
        SmallFileSystem.mount(SmallFileSystem.Kind.TMPFS, directory, DISK_MEBIBYTES);
    assumeTrue(disk.isPresent(), "mounting a small file system takes root, on Linux");
    return disk.get();
  }

  private TestPipeline pipeline(RestartableMongoServer mongod, SmallFileSystem disk) {
    return TestPipeline.on(
            NO_SERVER,
            mongod.uri(),
            TestStack.uniqueName(GatewayFullDiskIT.class),
            GatewayFullDiskIT.class,
            directory)
        .with("SPOOL_DIR", disk.path().resolve("spool").toString())
        .with("SPOOL_MIN_FREE_BYTES", "1MiB");
  }

  /** Posts until the first 503; returns the number of accepted posts. */
  private static int fill(Posters posters, String name) {
    int posted = 0;
    int status = posters.post(name + "-0", 100, 2_000);
    while (status == 202) {
      posted++;
      status = posters.post(name + "-" + posted, 100, 2_000);
    }
    assertThat(status).isEqualTo(503);
    return posted;
  }
}
