package io.wideevents.delivery.spool;

import static io.wideevents.delivery.spool.TestSpools.idsOf;
import static io.wideevents.delivery.spool.TestSpools.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A spool that a killed process of an earlier version left. Its headers note which events were
 * delivered, and a second log has the rejected events:
 *
 * <pre>
 * pending/1  events 0 to 7: a note says that 0 to 3 need no delivery; 5 was delivered too
 * pending/3  events 12 to 15; segment 2 was delivered before segment 1, which the note of 1 says
 * refused/1  events 3 and 6, rejected by MongoDB
 * refused/2  event 15, undecodable
 * </pre>
 */
class EarlierFormatTest {
  private static final String NAME = "with-notes-and-refused-log";

  @TempDir Path directory;
  private final RecordingLogger tiers = new RecordingLogger(Tier.KAFKA);
  private final RecordingLogger topic = new RecordingLogger(Tier.KAFKA);

  @BeforeEach
  void copy() throws IOException, URISyntaxException {
    Path from = Path.of(EarlierFormatTest.class.getResource(NAME).toURI());
    try (Stream<Path> files = Files.walk(from)) {
      files.filter(file -> !file.equals(from)).forEach(file -> copy(from, file));
    }
  }

  private void copy(Path from, Path file) {
    try {
      Files.copy(file, directory.resolve(from.relativize(file).toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void open_findsEveryEventAndNoDamage() {
    try (EventSpool spool = TestSpools.open(directory)) {
      List<EventId> expected = new ArrayList<>(ids(0, 8));
      expected.addAll(ids(12, 16));
      expected.addAll(List.of(id(3), id(6), id(15)));

      assertThat(idsOf(read(spool))).isEqualTo(expected);
      SpoolStats stats = spool.stats();
      assertThat(stats.pendingEvents()).isEqualTo(12);
      assertThat(stats.refusedEvents()).isEqualTo(3);
      assertThat(stats.damage()).isEqualTo(new SpoolStats.Damage(0, 0, 0));
    }
  }

  @Test
  void replay_deliversAllAndSendsTheRejectedEventsToTheDeadLetterTopic() throws IOException {
    topic.goDown();
    try (EventSpool spool = TestSpools.open(directory);
        SpoolReplayer replayer =
            new SpoolReplayer(
                spool,
                tiers,
                (events, deadline) -> topic.log(List.copyOf(events), deadline),
                1_000_000)) {
      // When there is no dead-letter topic
      replayer.start();
      await().until(() -> replayer.stats().replayed() == 12);

      // Then
      assertThat(tiers.durable().keySet()).containsAll(ids(0, 8)).containsAll(ids(12, 16));
      assertThat(spool.stats().pendingEvents()).isZero();
      assertThat(spool.stats().refusedEvents()).isEqualTo(3);

      // When
      topic.comeBack();
      replayer.wake();
      await().until(() -> replayer.stats().deadLettered() == 3);

      // Then
      assertThat(topic.durable().values())
          .extracting(event -> ((SpooledEvent) event).refusalCode())
          .containsExactlyInAnyOrder("refused_by_database", "id_conflict", "undecodable");
      assertThat(topic.durable()).containsOnlyKeys(id(3), id(6), id(15));
      assertThat(replayer.stats()).isEqualTo(new ReplayStats(12, 0, 3));
      await().until(() -> spool.stats().bytes() == 0);
      assertThat(spool.stats().refusedEvents()).isZero();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      assertThat(files.map(Path::toString)).noneMatch(file -> file.endsWith(".segment"));
    }
  }

  private static EventId id(int number) {
    return StubEvent.numbered(number).id();
  }

  private static List<EventId> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(EarlierFormatTest::id).toList();
  }
}
