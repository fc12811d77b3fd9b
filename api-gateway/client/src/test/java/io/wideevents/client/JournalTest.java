package io.wideevents.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JournalTest {
  private static final int SMALL_SEGMENT = 256;

  @TempDir private Path directory;

  @Test
  void next_readsWhatWasAppendedInOrder() throws IOException {
    try (Journal journal = open()) {
      assertThat(journal.append(events(0, 3))).isTrue();
      assertThat(journal.append(events(3, 5))).isTrue();

      assertThat(texts(journal.next(4, 1 << 20))).isEqualTo(names(0, 4));
      // Not removed, so it is read again.
      Journal.Batch batch = Objects.requireNonNull(journal.next(4, 1 << 20));
      journal.remove(batch);
      assertThat(texts(journal.next(4, 1 << 20))).isEqualTo(names(4, 5));
    }
  }

  @Test
  void next_readsAtLeastOneEventWhateverTheLimit() throws IOException {
    try (Journal journal = open()) {
      journal.append(events(0, 2));

      assertThat(texts(journal.next(10, 1))).isEqualTo(names(0, 1));
    }
  }

  @Test
  void open_findsTheEventsOfEarlierRuns() throws IOException {
    try (Journal journal = open()) {
      journal.append(events(0, 30));
    }
    try (Journal journal = open()) {
      journal.append(events(30, 40));

      assertThat(drain(journal)).isEqualTo(names(0, 40));
      assertThat(journal.pendingBytes()).isZero();
    }
    assertThat(segmentFiles()).isEmpty();
  }

  @Test
  void remove_deletesSegmentsWhoseEventsAreAllRemoved() throws IOException {
    try (Journal journal = open()) {
      for (int i = 0; i < 50; i++) {
        journal.append(events(i, i + 1));
      }
      assertThat(segmentFiles()).hasSizeGreaterThan(3);

      assertThat(drain(journal)).isEqualTo(names(0, 50));

      assertThat(segmentFiles()).hasSizeLessThan(2);
    }
  }

  @Test
  void append_isRejectedWhileTheJournalIsFull() throws IOException {
    try (Journal journal = Journal.open(new JournalSettings(directory, 300, SMALL_SEGMENT))) {
      assertThat(journal.append(events(0, 10))).isTrue();
      assertThat(journal.append(events(10, 30))).isFalse();

      drain(journal);

      assertThat(journal.append(events(10, 30))).isTrue();
      assertThat(drain(journal)).isEqualTo(names(10, 30));
    }
  }

  @Test
  void open_isRefusedWhileAnotherJournalUsesTheDirectory() {
    try (Journal journal = open()) {
      assertThatThrownBy(this::open)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("GATEWAY_JOURNAL_DIR");
      assertThat(journal.append(events(0, 1))).isTrue();
    }
    open().close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 9, 12, 18})
  void open_dropsARecordThatACrashCutOff(int bytes) throws IOException {
    // Given
    try (Journal journal = open()) {
      journal.append(events(0, 3));
    }
    Path file = segmentFiles().getFirst();
    byte[] whole = Files.readAllBytes(file);

    // When the last record is cut
    Files.write(file, Arrays.copyOf(whole, whole.length - bytes));

    // Then
    try (Journal journal = open()) {
      assertThat(drain(journal)).isEqualTo(names(0, 2));
      assertThat(journal.damagedBytes()).isZero();
    }
    assertThat(segmentFiles()).isEmpty();
  }

  /** A byte of each part of a record: its length, both checksums, and the event. */
  @ParameterizedTest
  @ValueSource(ints = {0, 3, 5, 9, 13, 18})
  void open_keepsAFileWithADamagedRecordAndReadsWhatIsBeforeIt(int offset) throws IOException {
    // Given
    try (Journal journal = open()) {
      journal.append(events(0, 6));
    }
    Path file = segmentFiles().getFirst();
    byte[] bytes = Files.readAllBytes(file);
    int recordBytes = bytes.length / 6;
    bytes[3 * recordBytes + offset] ^= 1;
    Files.write(file, bytes);

    // When
    try (Journal journal = open()) {
      List<String> read = drain(journal);

      // Then
      assertThat(read).isEqualTo(names(0, 3));
      assertThat(journal.damagedBytes()).isEqualTo(3L * recordBytes);
    }
    assertThat(Path.of(file + ".damaged")).hasBinaryContent(bytes);
    assertThat(segmentFiles()).isEmpty();
  }

  @Test
  void delete_keepsEachDamagedFile() throws IOException {
    for (int run = 1; run <= 2; run++) {
      try (Journal journal = open()) {
        journal.append(events(0, 2));
      }
      Path file = segmentFiles().getFirst();
      byte[] bytes = Files.readAllBytes(file);
      bytes[14] ^= 1;
      Files.write(file, bytes);

      try (Journal journal = open()) {
        assertThat(drain(journal)).isEmpty();
      }

      try (Stream<Path> files = Files.list(directory)) {
        assertThat(files.filter(kept -> kept.toString().endsWith(".damaged"))).hasSize(run);
      }
    }
  }

  @Test
  void next_passesAFileThatWasDeletedWhileTheJournalIsOpen() throws IOException {
    try (Journal journal = open()) {
      for (int i = 0; i < 20; i++) {
        journal.append(events(i, i + 1));
      }
      long bytes = Files.size(segmentFiles().getFirst());
      Files.delete(segmentFiles().getFirst());

      List<String> read = drain(journal);

      assertThat(read).isNotEmpty().isEqualTo(names(20 - read.size(), 20));
      assertThat(journal.damagedBytes()).isEqualTo(bytes);
    }
  }

  @Test
  void next_passesARecordThatIsDamagedWhileTheJournalIsOpen() throws IOException {
    try (Journal journal = open()) {
      journal.append(events(0, 2));
      Path file = segmentFiles().getFirst();
      byte[] bytes = Files.readAllBytes(file);
      bytes[14] ^= 1;
      Files.write(file, bytes);

      assertThat(drain(journal)).isEmpty();
      assertThat(journal.append(events(2, 4))).isTrue();

      assertThat(drain(journal)).isEqualTo(names(2, 4));
      assertThat(journal.damagedBytes()).isPositive();
    }
  }

  @Test
  void append_fromManyThreadsStoresEachEventOnce() throws Exception {
    try (Journal journal = open();
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Callable<Boolean>> calls =
          IntStream.range(0, 200)
              .mapToObj(i -> (Callable<Boolean>) () -> journal.append(events(i, i + 1)))
              .toList();

      for (Future<Boolean> stored : threads.invokeAll(calls)) {
        assertThat(stored.get()).isTrue();
      }

      assertThat(drain(journal)).containsExactlyInAnyOrderElementsOf(names(0, 200));
    }
  }

  @Test
  void append_onAnInterruptedThreadStoresAndKeepsTheFlag() throws IOException {
    try (Journal journal = open()) {
      Thread.currentThread().interrupt();

      boolean stored = journal.append(events(0, 1));

      assertThat(Thread.interrupted()).isTrue();
      assertThat(stored).isTrue();
      assertThat(journal.append(events(1, 2))).isTrue();
      assertThat(drain(journal)).isEqualTo(names(0, 2));
    }
  }

  @Test
  void append_afterCloseIsRejected() {
    Journal journal = open();
    journal.close();
    journal.close();

    assertThat(journal.append(events(0, 1))).isFalse();
  }

  /** Random appends, removals and crashes: what was appended and not removed is read, in order. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void journal_losesNothingInACrash(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    int appended = 0;
    int removed = 0;
    Journal journal = open();
    for (int step = 0; step < 200; step++) {
      switch (random.nextInt(6)) {
        case 0, 1, 2 -> {
          int more = 1 + random.nextInt(5);
          assertThat(journal.append(events(appended, appended + more))).isTrue();
          appended += more;
        }
        case 3, 4 -> {
          Journal.Batch batch = journal.next(1 + random.nextInt(10), 1 << 20);
          if (batch != null) {
            assertThat(texts(batch)).isEqualTo(names(removed, removed + batch.events().size()));
            journal.remove(batch);
            removed += batch.events().size();
          }
        }
        default -> {
          // What a crash leaves is the files as they are, with a piece of a record at the end.
          Path copy = Files.createDirectory(directory.resolve("crash-" + step));
          copyTo(copy);
          journal.close();
          tear(copy, random);
          journal = Journal.open(new JournalSettings(copy, 1 << 20, SMALL_SEGMENT));
          directory = copy;
          // Events that were removed from a segment that was not deleted come again.
          Journal.Batch first = journal.next(1, 1 << 20);
          removed = first == null ? appended : numberOf(texts(first).getFirst());
        }
      }
    }
    assertThat(drain(journal)).isEqualTo(names(removed, appended));
    journal.close();
  }

  private void copyTo(Path copy) throws IOException {
    for (Path file : segmentFiles()) {
      Files.copy(file, copy.resolve(file.getFileName()));
    }
  }

  private static void tear(Path copy, SplittableRandom random) throws IOException {
    try (Stream<Path> files = Files.list(copy)) {
      Path newest = files.sorted().reduce((a, b) -> b).orElse(null);
      if (newest != null) {
        // The begin of a record: a length, its checksum, and a part of the rest.
        byte[] record = new byte[16];
        CRC32C checksum = new CRC32C();
        checksum.update(new byte[] {0, 0, 0, 50});
        ByteBuffer.wrap(record).putInt(50).putInt((int) checksum.getValue()).putLong(1);
        byte[] bytes = Files.readAllBytes(newest);
        byte[] torn = Arrays.copyOf(bytes, bytes.length + random.nextInt(record.length + 1));
        System.arraycopy(record, 0, torn, bytes.length, torn.length - bytes.length);
        Files.write(newest, torn);
      }
    }
  }

  private Journal open() {
    return Journal.open(new JournalSettings(directory, 1 << 20, SMALL_SEGMENT));
  }

  private List<Path> segmentFiles() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(JournalSegment::isSegment).sorted().toList();
    }
  }

  private static List<String> drain(Journal journal) throws IOException {
    List<String> all = new ArrayList<>();
    for (Journal.Batch batch = journal.next(7, 1 << 20);
        batch != null;
        batch = journal.next(7, 1 << 20)) {
      all.addAll(texts(batch));
      journal.remove(batch);
    }
    return all;
  }

  private static List<byte[]> events(int from, int to) {
    return names(from, to).stream().map(name -> name.getBytes(UTF_8)).toList();
  }

  private static List<String> names(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "event-" + i).toList();
  }

  private static int numberOf(String name) {
    return Integer.parseInt(name.substring("event-".length()));
  }

  private static List<String> texts(Journal.@Nullable Batch batch) {
    return Objects.requireNonNull(batch).events().stream()
        .map(event -> new String(event, UTF_8))
        .toList();
  }
}
