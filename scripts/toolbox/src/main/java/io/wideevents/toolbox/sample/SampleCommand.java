package io.wideevents.toolbox.sample;

import io.wideevents.stack.CommandBasics;
import io.wideevents.toolbox.load.RequestBody;
import io.wideevents.toolbox.load.Schedule;
import io.wideevents.toolbox.load.Tally;
import io.wideevents.toolbox.terminal.Progress;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Iterator;
import java.util.concurrent.Callable;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code scripts/sample}: sends sample events to a gateway or writes them. */
@Command(
    name = "sample",
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = {
      "Makes the wide events of a small shop (checkout, cart, search, auth, inventory) and posts"
          + " them to the gateway, or writes them as NDJSON.",
      "",
      "The same --seed and --start give the same bytes. For 15 s of every minute of the shop's"
          + " own time, POST /v1/checkout is slow and fails. The cause is in the events: find it.",
      "",
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every event was accepted",
      "1:an event was rejected, or not confirmed",
      "2:a flag is wrong"
    })
public final class SampleCommand implements Callable<Integer> {
  private static final String STANDARD_OUTPUT = "-";

  /** The destination of the events: one of the two. */
  static final class Target {
    @Option(
        names = "--url",
        paramLabel = "URL",
        description = "The gateway (default: http://127.0.0.1:8080).")
    private URI url = URI.create("http://127.0.0.1:8080");

    @Option(
        names = "--out",
        paramLabel = "FILE",
        description = "Write one event a line to FILE instead; - for standard output.")
    private @Nullable String out;
  }

  @ArgGroup private Target target = new Target();

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Events in all (default: ${DEFAULT-VALUE}).")
  private long count;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "0",
      description = "Events a second; 0 for no limit (default: ${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "Seed of the events (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--start",
      paramLabel = "TIME",
      description =
          "Time of the first event, for example 2026-11-22T09:00:00Z (default: now)."
              + " 100 events span a second.")
  private Instant start = Instant.now();

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "100",
      description = "Events in a request (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      defaultValue = "4",
      description = "Requests at the same time (default: ${DEFAULT-VALUE}).")
  private int concurrency;

  @Option(names = "--gzip", description = "Compress what is sent or written.")
  private boolean gzip;

  @Option(
      names = "--retries",
      paramLabel = "N",
      defaultValue = "10",
      description =
          "How often a request is sent again after 408, 429, 503 or no answer"
              + " (default: ${DEFAULT-VALUE}).")
  private int retries;

  @Mixin private final CommandBasics basics = new CommandBasics();

  @Override
  public Integer call() throws IOException, InterruptedException {
    basics.requireAtLeast("--count", count, 1);
    basics.requireAtLeast("--batch", batch, 1);
    basics.requireAtLeast("--concurrency", concurrency, 1);
    basics.requireAtLeast("--retries", retries, 0);
    if (!(rate >= 0 && rate <= 1e9)) {
      throw basics.wrongFlag("--rate=%s is not 0 to 1e9".formatted(rate));
    }
    SampleTraffic traffic = new SampleTraffic(seed, start);
    return target.out == null ? post(traffic) : write(traffic, target.out);
  }

  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new SampleCommand())
            .setExecutionExceptionHandler(SampleCommand::fail)
            .execute(arguments));
  }

  private static int fail(Exception e, CommandLine commandLine, CommandLine.ParseResult parsed) {
    commandLine.getErr().println("sample: " + e);
    return CommandLine.ExitCode.SOFTWARE;
  }

  private int post(SampleTraffic traffic) throws InterruptedException {
    SendSettings settings = new SendSettings(batch, concurrency, rate, gzip, retries);
    Tally tally = SampleSender.send(gatewayUrl(), traffic, count, settings, progress("Sending"));
    basics.out().print(tally.summary());
    basics.out().flush();
    if (tally.unconfirmed() > 0) {
      basics
          .talk()
          .printf(
              "sample: %d events were not confirmed by %s; they may be stored nevertheless, and"
                  + " sending them again is safe%n",
              tally.unconfirmed(), target.url);
    }
    return tally.accepted() == count ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private int write(SampleTraffic traffic, String file) throws IOException, InterruptedException {
    Schedule schedule = new Schedule(rate / batch);
    Progress progress = progress("Writing");
    boolean piped = file.equals(STANDARD_OUTPUT);
    long written = 0;
    try (OutputStream out = open(file)) {
      Iterator<RequestBody> batches = traffic.batches(count, batch).iterator();
      while (batches.hasNext()) {
        RequestBody next = batches.next();
        schedule.awaitNext();
        out.write(next.bytes());
        written += next.events();
        progress.update(written);
      }
    } catch (IOException e) {
      if (piped) {
        // The reader of the pipe has ended, as head does.
        return CommandLine.ExitCode.OK;
      }
      throw e;
    }
    if (!piped) {
      progress.finish(written);
    }
    return CommandLine.ExitCode.OK;
  }

  private OutputStream open(String file) throws IOException {
    OutputStream out =
        file.equals(STANDARD_OUTPUT)
            ? new FileOutputStream(FileDescriptor.out)
            : Files.newOutputStream(Path.of(file));
    return gzip ? new GZIPOutputStream(out) : new BufferedOutputStream(out);
  }

  private Progress progress(String label) {
    return new Progress(basics.talk(), Progress.onTerminal(), label, count);
  }

  private URI gatewayUrl() {
    String scheme = target.url.getScheme();
    if (target.url.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
      throw basics.wrongFlag(
          "--url=%s is not an address of a gateway; use for example http://127.0.0.1:8080"
              .formatted(target.url));
    }
    return target.url;
  }
}
