package io.wideevents.delivery.spool;

import static io.wideevents.delivery.spool.TestSpools.append;
import static io.wideevents.delivery.spool.TestSpools.idsOf;
import static io.wideevents.delivery.spool.TestSpools.outcome;
import static io.wideevents.delivery.spool.TestSpools.read;
import static io.wideevents.delivery.spool.TestSpools.remove;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * With any damage of its files, the spool starts, delivers the readable events, and reports the
 * damage.
 */
@Tag("slow")
class SpoolDamageTest {
  private static final List<StubEvent> EVENTS = StubEvent.many(20);

  @TempDir Path directory;

  @Test
  void lengthWithoutData_isATornTail() throws Exception {
    Path segment = spoolAndClose();
    Files.write(segment, new byte[3_000], StandardOpenOption.APPEND);

    try (EventSpool spool = TestSpools.open(directory)) {
      assertThat(idsOf(read(spool))).isEqualTo(idsOf(EVENTS));
      assertThat(spool.stats().damage()).isEqualTo(new SpoolStats.Damage(0, 1, 0));
    }
  }

  @Test
  void flippedBit_costsTheEventItHitsAndNoOther() throws Exception {
    Path segment = spoolAndClose();
    List<Integer> offsets = frameOffsets(segment);
    int within = offsets.get(7) + 60;
    flipBit(segment, within, 3);

    try (EventSpool spool = TestSpools.open(directory)) {
      List<EventId> expected = new ArrayList<>(idsOf(EVENTS));
      expected.remove(7);
      assertThat(idsOf(read(spool))).isEqualTo(expected);
      assertThat(spool.stats().damage()).isEqualTo(new SpoolStats.Damage(1, 0, 0));

      remove(spool, read(spool));

      assertThat(spool.stats().pendingEvents()).isZero();
      assertThat(spool.stats().bytes()).isZero();
      assertThat(spool.stats().damage().quarantinedFiles()).isEqualTo(1);
      assertThat(segment).doesNotExist();
      assertThat(directory.resolve("quarantine").resolve(segment.getFileName())).exists();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void flippedBits_neverChangeAnEventNorHideAnother(long seed) throws Exception {
    Path segment = spoolAndClose();
    byte[] good = Files.readAllBytes(segment);
    List<Integer> offsets = frameOffsets(segment);
    Map<EventId, byte[]> posted = new HashMap<>();
    EVENTS.forEach(event -> posted.put(event.id(), event.json(Tier.SPOOL)));
    Random random = new Random(seed);
    for (int run = 0; run < 150; run++) {
      byte[] bad = good.clone();
      boolean[] hit = new boolean[EVENTS.size()];
      for (int flip = 0; flip <= random.nextInt(4); flip++) {
        int at = random.nextInt(bad.length);
        bad[at] ^= (byte) (1 << random.nextInt(8));
        markHit(offsets, at, hit);
      }
      Files.write(segment, bad);

      try (EventSpool spool = TestSpools.open(directory)) {
        List<SpooledEvent> readable = read(spool);
        assertThat(readable)
            .allSatisfy(
                event -> assertThat(event.json(Tier.SPOOL)).isEqualTo(posted.get(event.id())));
        for (int i = 0; i < hit.length; i++) {
          if (!hit[i]) {
            assertThat(idsOf(readable)).contains(EVENTS.get(i).id());
          }
        }
      }
    }
  }

  @Test
  void damageFoundWhileReading_isCountedOnce() throws Exception {
    try (EventSpool spool = TestSpools.open(directory)) {
      append(spool, EVENTS);
      Path segment = segments().getFirst();
      flipBit(segment, frameOffsets(segment).get(3) + 50, 1);

      List<SpooledEvent> first = read(spool);
      List<SpooledEvent> second = read(spool);

      assertThat(idsOf(first)).hasSize(19).isEqualTo(idsOf(second));
      assertThat(spool.stats().damage().ranges()).isEqualTo(1);
    }
  }

  @Test
  void damagedHeader_doesNotHideTheEvents() throws Exception {
    Path segment = spoolAndClose();
    flipBit(segment, 2, 5);

    try (EventSpool spool = TestSpools.open(directory)) {
      assertThat(idsOf(read(spool))).isEqualTo(idsOf(EVENTS));
      assertThat(spool.stats().damage()).isEqualTo(new SpoolStats.Damage(1, 0, 0));
    }
  }

  @Test
  void damage_isNotForgottenByARestart() throws Exception {
    Path segment = spoolAndClose();
    flipBit(segment, frameOffsets(segment).get(0) + 60, 3);
    try (EventSpool spool = TestSpools.open(directory)) {
      remove(spool, read(spool).subList(0, 5));
    }

    try (EventSpool spool = TestSpools.open(directory)) {
      remove(spool, read(spool));

      assertThat(spool.stats().damage().quarantinedFiles()).isEqualTo(1);
    }
  }

  @Test
  void emptyFile_isQuarantined() throws Exception {
    spoolAndClose();
    Files.createFile(pending().resolve("900000000000000000.segment"));

    assertStartsWithOneQuarantined();
  }

  @Test
  void foreignFile_isQuarantined() throws Exception {
    spoolAndClose();
    Files.writeString(pending().resolve("000000000000000099.segment"), "not ours ".repeat(100));

    assertStartsWithOneQuarantined();
  }

  @Test
  void misnamedFile_isQuarantined() throws Exception {
    spoolAndClose();
    Files.writeString(pending().resolve("notes.txt"), "remember the milk");

    assertStartsWithOneQuarantined();
  }

  @Test
  void quarantine_keepsTwoFilesOfTheSameName() throws Exception {
    spoolAndClose();
    for (int run = 0; run < 2; run++) {
      Files.writeString(pending().resolve("notes.txt"), "remember the milk");
      TestSpools.open(directory).close();
    }

    try (EventSpool spool = TestSpools.open(directory)) {
      assertThat(spool.stats().damage().quarantinedFiles()).isEqualTo(2);
    }
  }

  private void assertStartsWithOneQuarantined() throws Exception {
    try (EventSpool spool = TestSpools.open(directory)) {
      assertThat(idsOf(read(spool))).isEqualTo(idsOf(EVENTS));
      assertThat(spool.stats().damage()).isEqualTo(new SpoolStats.Damage(0, 0, 1));
      assertThat(outcome(spool, StubEvent.many(1))).isEqualTo(new SpoolOutcome.Spooled());
    }
  }

  /** A closed spool with {@link #EVENTS} in one segment; returns that. */
  private Path spoolAndClose() throws Exception {
    try (EventSpool spool = TestSpools.open(directory)) {
      append(spool, EVENTS);
    }
    return segments().getFirst();
  }

  private Path pending() {
    return directory.resolve("pending");
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(pending())) {
      return files.sorted().toList();
    }
  }

  private static List<Integer> frameOffsets(Path segment) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(segment));
    List<Integer> offsets = new ArrayList<>();
    for (int at = SegmentHeader.BYTES; at < bytes.limit(); at += Frame.length(bytes.position(at))) {
      offsets.add(at);
    }
    return offsets;
  }

  private static void markHit(List<Integer> offsets, int at, boolean[] hit) {
    for (int i = 0; i < hit.length; i++) {
      int end = i + 1 < hit.length ? offsets.get(i + 1) : Integer.MAX_VALUE;
      if (at >= offsets.get(i) && at < end) {
        hit[i] = true;
      }
    }
  }

  private static void flipBit(Path file, int at, int bit) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= (byte) (1 << bit);
    Files.write(file, bytes);
  }
}
