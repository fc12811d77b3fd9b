package io.wideevents.toolbox.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final StringWriter out = new StringWriter();

  @Test
  void update_drawsABarOverItselfOnATerminal() {
    // Given
    Progress progress = new Progress(new PrintWriter(out), true, "Sending", 200);

    // When
    progress.update(50);
    progress.finish(200);

    // Then
    assertThat(out.toString()).contains("\r", "█░", " 25 %", "100 %", "200 of 200").endsWith("\n");
    assertThat(out.toString().lines().count()).isLessThanOrEqualTo(3);
  }

  @Test
  void update_isNotMoreThanALineNowAndThenElsewhere() {
    // Given
    Progress progress = new Progress(new PrintWriter(out), false, "Sending", 1_000);

    // When
    for (int done = 0; done < 1_000; done++) {
      progress.update(done);
    }
    progress.finish(1_000);

    // Then
    assertThat(out.toString()).isEqualToNormalizingNewlines(out.toString().strip() + "\n");
    assertThat(out.toString().lines()).hasSize(1).first().asString().startsWith("Sending 100 %");
    assertThat(out.toString()).doesNotContain("\r", "\u001b");
  }

  @Test
  void finish_isShownOnce() {
    // Given
    Progress progress = new Progress(new PrintWriter(out), false, "Sending", 10);

    // When
    progress.finish(10);
    progress.finish(10);
    progress.update(10);

    // Then
    assertThat(out.toString().lines()).hasSize(1);
  }
}
