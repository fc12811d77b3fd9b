package io.wideevents.toolbox.demo;

import io.wideevents.stack.CommandBasics;
import io.wideevents.stack.Teardown;
import io.wideevents.toolbox.terminal.Screen;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code scripts/demo}: runs the whole pipeline on this machine. */
@Command(
    name = "demo",
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = {
      "Starts a Kafka broker and a MongoDB, the api-gateway and the log-worker, sends sample events"
          + " through them and shows what arrived. Uses free ports only, and removes everything at"
          + " the end, also on Ctrl-C.",
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
      description = "Seed of the events (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--keep", description = "Keep everything running until Ctrl-C.")
  private boolean keep;

  @Mixin private final CommandBasics basics = new CommandBasics();

  private final Teardown teardown = new Teardown("the demo");

  @Override
  public Integer call() throws InterruptedException {
    basics.requireAtLeast("--events", events, 1);
    Demo.Settings settings =
        new Demo.Settings(
            events,
            seed,
            keep ? Demo.Ending.KEEP : Demo.Ending.STOP,
            Instant.ofEpochSecond(
                Long.getLong("wideevents.began", Instant.now().getEpochSecond())));
    Screen screen = Screen.open(basics, teardown);
    try (teardown) {
      new Demo(settings, screen.out(), screen.talk(), teardown).run();
      return CommandLine.ExitCode.OK;
    } catch (IllegalStateException e) {
      if (!teardown.interrupted()) {
        basics.talk().println("demo: " + e.getMessage());
      }
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new DemoCommand()).execute(arguments));
  }
}
