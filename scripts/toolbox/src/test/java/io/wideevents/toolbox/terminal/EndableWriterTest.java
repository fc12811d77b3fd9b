package io.wideevents.toolbox.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class EndableWriterTest {
  @Test
  void end_leavesOutWhatIsWrittenAfterwards() {
    StringWriter screen = new StringWriter();
    EndableWriter ending = new EndableWriter(new PrintWriter(screen));
    PrintWriter out = new PrintWriter(ending);

    out.print("before");
    out.flush();
    ending.end();
    out.printf("%s%c", "after", '!');
    out.flush();

    assertThat(screen).hasToString("before");
  }
}
