package io.wideevents.toolbox.shop;

import io.wideevents.stack.CommandBasics;
import io.wideevents.stack.Teardown;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code scripts/compare-latency}: compares the response times of a service with three ways of
 * logging.
 */
@Command(
    name = "compare-latency",
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = {
      "Runs the demo shop without logging, with synchronous logging to MongoDB and with the library"
          + " (MQ_ENABLED=true), side by side, under a steady load, with"
          + " MongoDB slowed by 0, 20 and 100 ms. Response times count from when each request was"
          + " due.",
      "",
    })
public final class CompareLatencyCommand implements Callable<Integer> {
  @Option(
      names = "--quick",
      description = "A minute instead of five: a check, no figures to print.")
  private boolean quick;

  @Option(names = "--json", description = "One object a line instead of a table.")
  private boolean json;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "50",
      description = "Requests a second to each shop (default: ${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--svg",
      paramLabel = "FILE",
      description = "Also draw the result, for example into docs/images/latency.svg.")
  private @Nullable Path svg;

  @Mixin private final CommandBasics basics = new CommandBasics();

  private final Teardown teardown = new Teardown("the comparison");

  @Override
  public Integer call() throws InterruptedException, IOException {
    if (!(rate >= 1 && rate <= 10_000)) {
      throw basics.wrongFlag("--rate=" + rate + " is not 1 to 10000");
    }
    if (svg != null) {
      tryWriting(svg);
    }
    PrintWriter out = basics.out();
    PrintWriter talk = basics.talk();
    LatencySettings settings = quick ? LatencySettings.quick(rate) : LatencySettings.full(rate);
    try (teardown) {
      List<LatencyRow> rows =
          new LatencyComparison(settings, line -> say(talk, line), teardown).run();
      if (json) {
        rows.forEach(row -> out.println(row.json()));
      } else {
        out.printf("%.0f requests a second to each shop, alternately%n%n", rate);
        new LatencyReport(rows).lines().forEach(out::println);
      }
      if (svg != null) {
        Files.writeString(svg, new LatencyChart(rows).svg());
      }
      out.flush();
      return rows.stream().allMatch(row -> row.failures() == 0)
          ? CommandLine.ExitCode.OK
          : CommandLine.ExitCode.SOFTWARE;
    } catch (IllegalStateException e) {
      if (!teardown.interrupted()) {
        talk.println("compare-latency: " + e.getMessage());
      }
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  // An unusable file fails the command before the minutes of measurement. An existing file is not
  // changed.
  private void tryWriting(Path file) {
    try {
      boolean isNew = Files.notExists(file);
      Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND).close();
      if (isNew) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw basics.wrongFlag("--svg=%s cannot be written: %s".formatted(file, e));
    }
  }

  private static void say(PrintWriter talk, String line) {
    talk.println(line);
    talk.flush();
  }

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new CompareLatencyCommand()).execute(arguments));
  }
}
