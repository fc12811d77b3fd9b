package io.wideevents.gateway.spool.command;

import io.wideevents.config.LogFormat;
import io.wideevents.config.LogLevel;
import io.wideevents.delivery.spool.EventSpool;
import io.wideevents.delivery.spool.SpoolSettings;
import io.wideevents.event.Tier;
import io.wideevents.files.NewFile;
import io.wideevents.process.CommandFailedException;
import io.wideevents.process.ExitCode;
import io.wideevents.process.LogSetup;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "export",
    mixinStandardHelpOptions = true,
    description = {
      "Writes the spool's events to stdout or a file, one JSON object a line, oldest first. It"
          + " removes nothing.",
      "Each line is the value that the event's Kafka record would have."
    })
final class ExportCommand implements Callable<Integer> {
  private static final int BUFFER_BYTES = 256 << 10;

  private final OutputStream stdout;
  private final InstantSource clock;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "<file>",
      description =
          "New file to write to; only its owner may read it. The file appears when it is complete."
              + " Default: stdout.")
  private @Nullable Path output;

  ExportCommand(OutputStream stdout, InstantSource clock) {
    this.stdout = stdout;
    this.clock = clock;
  }

  @Override
  public Integer call() throws InterruptedException {
    CommandSpec command = Objects.requireNonNull(spec);
    return SpoolRun.run(
        StoppedSpool.SETTINGS,
        command,
        System.getenv(),
        settings -> export(settings, command.commandLine().getErr()));
  }

  private int export(SpoolSettings settings, PrintWriter err) {
    LogSetup.start(LogLevel.ERROR, LogFormat.TEXT);
    try (EventSpool spool = StoppedSpool.open(settings, clock)) {
      export(spool).ifPresent(written -> err.printf(Locale.ROOT, "Exported %,d events%n", written));
      err.flush();
    }
    return ExitCode.OK;
  }

  private OptionalLong export(EventSpool spool) {
    Path file = output;
    try {
      if (file == null) {
        return OptionalLong.of(write(spool, stdout));
      }
      return OptionalLong.of(NewFile.write(file, stream -> write(spool, stream)));
    } catch (FileAlreadyExistsException e) {
      throw new CommandFailedException(
          ExitCode.FAILURE, file + " exists already; name a new file", e);
    } catch (IOException e) {
      if (file == null && String.valueOf(e.getMessage()).contains("Broken pipe")) {
        // The reader, such as head, closed the pipe early. That is not a failure.
        return OptionalLong.empty();
      }
      throw new CommandFailedException(
          ExitCode.FAILURE,
          "Could not write the events to %s: %s".formatted(file == null ? "stdout" : file, e),
          e);
    }
  }

  private static long write(EventSpool spool, OutputStream stream) throws IOException {
    OutputStream lines = new BufferedOutputStream(stream, BUFFER_BYTES);
    LongAdder written = new LongAdder();
    spool.forEach(
        event -> {
          lines.write(onOneLine(event.json(Tier.SPOOL)));
          lines.write('\n');
          written.increment();
        });
    lines.flush();
    return written.sum();
  }

  /**
   * Replaces line breaks by spaces. In valid JSON a line break occurs only between tokens, where a
   * space has the same meaning.
   */
  private static byte[] onOneLine(byte[] json) {
    for (int i = 0; i < json.length; i++) {
      if (json[i] == '\n' || json[i] == '\r') {
        json[i] = ' ';
      }
    }
    return json;
  }
}
