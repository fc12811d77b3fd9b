package io.wideevents.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.wideevents.files.UnusableFileException;
import io.wideevents.testing.LogCapture;
import io.wideevents.testing.ThrowingLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("try") // A resource is held by being open.
class ApiKeysTest {
  private final NewKey first = NewKey.make("first", EnumSet.of(Scope.INGEST));
  private final NewKey second = NewKey.make("second", EnumSet.of(Scope.INGEST, Scope.ADMIN));
  private final LogCapture log = new LogCapture(ApiKeys.class);
  private Path file = Path.of("");

  @BeforeEach
  void write(@TempDir Path directory) throws IOException {
    file = Files.writeString(directory.resolve("keys"), first.line());
  }

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void open_refusesABrokenOrMissingFile() throws IOException {
    assertThatThrownBy(() -> ApiKeys.open(file.resolveSibling("absent")))
        .isInstanceOf(UnusableFileException.class)
        .hasMessageContaining("absent does not exist");
    assertThatThrownBy(() -> ApiKeys.open(file.getParent())).hasMessageContaining("is a directory");
    Files.writeString(file, "shop");
    assertThatThrownBy(() -> ApiKeys.open(file)).hasMessageContaining("line 1");
  }

  @Test
  void refresh_takesOverAGoodFile() throws IOException {
    ApiKeys keys = ApiKeys.open(file);
    Files.writeString(file, second.line());

    refreshTwice(keys);

    assertThat(knows(keys, first)).isFalse();
    assertThat(knows(keys, second)).isTrue();
    ILoggingEvent last = log.events().getLast();
    assertThat(last.getLevel()).isEqualTo(Level.INFO);
    assertThat(last.getKeyValuePairs().toString()).contains("keys=\"1\"", "admin=\"1\"");
  }

  @Test
  void refresh_keepsTheKeysWhileTheFileIsBrokenOrGone() throws IOException {
    ApiKeys keys = ApiKeys.open(file);

    Files.writeString(file, "broken:" + first.text());
    refreshTwice(keys);
    keys.refresh();
    Files.delete(file);
    refreshTwice(keys);
    keys.refresh();

    assertThat(knows(keys, first)).isTrue();
    List<ILoggingEvent> errors = log.events(Level.ERROR);
    assertThat(errors).hasSize(2);
    assertThat(errors.getFirst().getKeyValuePairs().toString())
        .contains("line 1")
        .doesNotContain(first.text());
    assertThat(errors.getLast().getKeyValuePairs().toString()).contains("does not exist");

    Files.writeString(file, second.line());
    refreshTwice(keys);
    assertThat(knows(keys, second)).isTrue();
  }

  @Test
  void refresh_revokesAKeyAfterAnErrorWhileItWasTakenOver() throws IOException {
    // Given a change whose use fails with an Error
    ApiKeys keys = ApiKeys.open(file);
    AtomicInteger changes = new AtomicInteger();
    keys.onChange(
        changed -> {
          if (changes.incrementAndGet() == 1) {
            throw new NoClassDefFoundError("for a test");
          }
        });
    Files.writeString(file, second.line());
    keys.refresh();
    assertThatThrownBy(keys::refresh).isInstanceOf(NoClassDefFoundError.class);

    // When
    keys.refresh();

    // Then
    assertThat(knows(keys, first)).isFalse();
    assertThat(knows(keys, second)).isTrue();
    assertThat(changes).hasValue(2);
  }

  @Test
  void refresh_revokesAKeyWhateverTheLoggingThrows() throws IOException {
    ApiKeys keys = ApiKeys.open(file);
    Files.writeString(file, second.line());

    try (ThrowingLog throwing = new ThrowingLog()) {
      refreshTwice(keys);
    }

    assertThat(knows(keys, first)).isFalse();
  }

  @Test
  void refresh_isNotCaughtInTheMiddleOfAWrite() throws IOException {
    ApiKeys keys = ApiKeys.open(file);

    Files.writeString(file, second.line() + "\n");
    keys.refresh();
    Files.writeString(file, second.line() + "\n" + first.line() + "\n");
    keys.refresh();

    assertThat(knows(keys, first)).isTrue();
    keys.refresh();
    assertThat(knows(keys, first)).isTrue();
    assertThat(knows(keys, second)).isTrue();
  }

  @Test
  void refresh_saysNothingOfAFileThatSaysTheSame() throws IOException {
    ApiKeys keys = ApiKeys.open(file);
    Files.writeString(file, "# a comment\n" + first.line() + "\n");

    refreshTwice(keys);

    assertThat(log.events()).hasSize(1);
  }

  /** What is in the file counts once it has been seen twice. */
  private static void refreshTwice(ApiKeys keys) {
    keys.refresh();
    keys.refresh();
  }

  private static boolean knows(ApiKeys keys, NewKey key) {
    return keys.find(KeyHash.of(key.text())).isPresent();
  }
}
