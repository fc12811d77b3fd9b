package io.wideevents.delivery.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SegmentSearchTest {
  private static final Path DIRECTORY = Path.of("spool");
  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

  private final SimulatedDisk disk = new SimulatedDisk();
  private final SteppedSpool stepped =
      SteppedSpool.open(
          disk, TestSpools.settings(DIRECTORY), TestSpools.decoder(), InstantSource.fixed(NOW));
  private final EventSpool spool = stepped.spool();

  @Test
  void find_findsAnEventInEverySegment() {
    append(StubEvent.many(10));
    spool.segments().seal();
    append(List.of(StubEvent.numbered(11)));

    assertThat(find(StubEvent.numbered(0))).isEqualTo(new SpoolLookUp(Optional.of(NOW), true));
    assertThat(find(StubEvent.numbered(9))).isEqualTo(new SpoolLookUp(Optional.of(NOW), true));
    assertThat(find(StubEvent.numbered(11))).isEqualTo(new SpoolLookUp(Optional.of(NOW), true));
    assertThat(find(StubEvent.numbered(12))).isEqualTo(new SpoolLookUp(Optional.empty(), true));
  }

  @Test
  void find_leavesTheEventsToTheReplay() {
    append(StubEvent.many(10));
    spool.segments().seal();
    SpoolStats before = spool.stats();

    find(StubEvent.numbered(12));

    assertThat(spool.stats()).isEqualTo(before);
    assertThat(TestSpools.idsOf(TestSpools.read(spool)))
        .isEqualTo(TestSpools.idsOf(StubEvent.many(10)));
  }

  @Test
  void find_skipsADamagedEventAndRecordsNoDamage() throws Exception {
    append(StubEvent.many(3));
    spool.segments().seal();
    disk.flipBit(onlySegment().file(), SegmentHeader.BYTES + Frame.HEADER_BYTES + 5, 0);

    assertThat(find(StubEvent.numbered(0)).spooledAt()).isEmpty();
    assertThat(find(StubEvent.numbered(2)).spooledAt()).contains(NOW);
    assertThat(spool.stats().damage().ranges()).isZero();
  }

  @Test
  void find_reportsASearchThatTheDiskEnded() {
    append(StubEvent.many(3));
    disk.failReads(true);

    assertThat(find(StubEvent.numbered(0))).isEqualTo(new SpoolLookUp(Optional.empty(), false));
  }

  @Test
  void in_endsAtTheLimit() {
    append(StubEvent.many(10));
    int frame = (onlySegment().length() - SegmentHeader.BYTES) / 10;
    EventId last = StubEvent.numbered(9).id();

    SpoolLookUp cut = new SegmentSearch(disk, last, 5L * frame).in(spool.segments().segments());

    assertThat(cut).isEqualTo(new SpoolLookUp(Optional.empty(), false));
  }

  @Test
  void in_passesOverASegmentThatWasDeletedMeanwhile() throws Exception {
    append(StubEvent.many(3));
    spool.segments().seal();
    append(List.of(StubEvent.numbered(3)));
    List<Segment> listed = spool.segments().segments();
    disk.delete(listed.getFirst().file());

    SpoolLookUp found =
        new SegmentSearch(disk, StubEvent.numbered(3).id(), Long.MAX_VALUE).in(listed);

    assertThat(found).isEqualTo(new SpoolLookUp(Optional.of(NOW), true));
  }

  private void append(List<StubEvent> events) {
    var unused = spool.append(List.copyOf(events));
    assertThat(stepped.writeOnce()).isTrue();
  }

  private SpoolLookUp find(StubEvent event) {
    return spool.find(event.id());
  }

  private Segment onlySegment() {
    return spool.segments().segments().getFirst();
  }
}
