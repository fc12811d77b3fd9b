package io.wideevents.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.process.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputTest {
  @Test
  void json_isOneLine() {
    StringWriter text = new StringWriter();

    new Output(new PrintWriter(text)).json(json -> json.writeStringProperty("a", "x\ny\"z"));

    assertThat(text.toString()).isEqualTo("{\"a\":\"x\\ny\\\"z\"}" + System.lineSeparator());
  }

  @Test
  void quietly_endsWithSuccessWhenTheReaderHasGone() throws Exception {
    Output out = new Output(new PrintWriter(new ClosedPipe()));
    List<String> reached = new ArrayList<>();

    int exitCode =
        Output.quietly(
            () -> {
              out.line("first");
              reached.add("after the first line");
              return ExitCode.FAILURE;
            });

    assertThat(exitCode).isEqualTo(ExitCode.OK);
    assertThat(reached).isEmpty();
  }

  @Test
  void lasting_goesOnWithoutAReader() throws Exception {
    Output out = new Output(new PrintWriter(new ClosedPipe()));

    int exitCode =
        Output.quietly(
            () -> {
              out.lasting().line("first");
              return ExitCode.CHECK_FAILED;
            });

    assertThat(exitCode).isEqualTo(ExitCode.CHECK_FAILED);
  }

  /** What a process writes to once its reader, such as {@code head}, has ended. */
  private static final class ClosedPipe extends Writer {
    @Override
    public void write(char[] text, int offset, int length) throws IOException {
      throw new IOException("Broken pipe");
    }

    @Override
    public void flush() throws IOException {
      throw new IOException("Broken pipe");
    }

    @Override
    public void close() {}
  }
}
