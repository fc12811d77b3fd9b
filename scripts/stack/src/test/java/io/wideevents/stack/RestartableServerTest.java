package io.wideevents.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RestartableServerTest {
  private final RestartableServer server = new RestartableServer("a server", null, "test");
  private final Path directory = server.directory().path();

  @Test
  void close_deletesTheDirectoryAfterItsFilesAreWritten() {
    // Given
    Thread closing = new Thread(server::close);

    // When
    server.prepare(
        to -> {
          closing.start();
          await()
              .atMost(Duration.ofSeconds(30))
              .until(() -> closing.getState() == Thread.State.BLOCKED || !Files.exists(to));
          write(to.resolve("settings"));
        });

    // Then
    await().atMost(Duration.ofSeconds(30)).until(() -> !closing.isAlive());
    assertThat(directory).doesNotExist();
  }

  @Test
  void prepare_writesNothingAfterTheServerWasClosed() {
    // Given
    List<Path> written = new ArrayList<>();
    server.close();

    // When / Then
    assertThatThrownBy(() -> server.prepare(written::add))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Too late");
    assertThat(written).isEmpty();
    assertThat(directory).doesNotExist();
  }

  private static void write(Path file) {
    try {
      Files.writeString(file, "name=value");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
