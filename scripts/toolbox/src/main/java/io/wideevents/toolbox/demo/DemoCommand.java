package io.wideevents.toolbox.demo;

import io.wideevents.stack.Teardown;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code scripts/demo}: shows the whole pipeline at work on this machine. */
@Command(
    name = "demo",
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = {
      "Starts a Kafka broker and a MongoDB, the api-gateway and the log-worker, sends sample"
          + " events through them and shows what arrived. Uses free ports only; leaves nothing"
          + " behind, also on Ctrl-C.",
      "",
    })
public final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--events",
      paramLabel = "N",
      defaultValue = "5000",
      description = "Events to send (default: ${DEFAULT-VALUE}).")
  private long events;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "Picks the events (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--keep", description = "Keep everything running until Ctrl-C.")
  private boolean keep;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private boolean help;

  @Spec private @Nullable CommandSpec spec;

  private final Teardown teardown = new Teardown("the demo");

  @Override
  public Integer call() throws InterruptedException {
    if (spec == null) {
      throw new IllegalStateException("Only picocli makes commands");
    }
    CommandLine commandLine = spec.commandLine();
    if (events < 1) {
      throw new ParameterException(commandLine, "--events=" + events + " is less than 1");
    }
    DemoSettings settings =
        new DemoSettings(
            events,
            seed,
            keep ? DemoSettings.Ending.KEEP : DemoSettings.Ending.STOP,
            Instant.ofEpochSecond(
                Long.getLong("wideevents.began", Instant.now().getEpochSecond())));
    // Opened first, so closed last.
    teardown.open(commandLine::getErr, this::sayStopped);
    try (teardown) {
      new Demo(settings, commandLine.getOut(), commandLine.getErr(), teardown).run();
      return CommandLine.ExitCode.OK;
    } catch (IllegalStateException e) {
      if (!teardown.interrupted()) {
        commandLine.getErr().println("demo: " + e.getMessage());
      }
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  private void sayStopped(PrintWriter talk) {
    if (teardown.interrupted()) {
      talk.printf("%nStopped; nothing is left behind.%n");
      talk.flush();
    }
  }

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new DemoCommand()).execute(arguments));
  }
}
