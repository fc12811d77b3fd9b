package io.wideevents.toolbox.benchmark;

import com.mongodb.MongoException;
import io.wideevents.process.ExitCode;
import io.wideevents.stack.Teardown;
import io.wideevents.stack.WorkDirectory;
import io.wideevents.toolbox.load.OpenLoop;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code scripts/benchmark}: measures the pipeline on this machine. */
@Command(
    name = "benchmark",
    sortOptions = false,
    usageHelpAutoWidth = true,
    synopsisSubcommandLabel =
        "(targets | gateway | worker | start | delay | idle | codec | ack | replay | batches | query)",
    description = {
      "Measures with its own servers and processes, and stops them at the end, also on Ctrl-C."
          + " Needs a mongod on the PATH, or named by MONGOD. All measurements except ack and"
          + " replay use the servers of KAFKA_BROKER and MONGODB_URI if these are set; the work of"
          + " these servers then counts as other work of the machine.",
      "",
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the measurement is complete, also if a target is missed",
      "1:the measurement failed",
      "2:a flag is wrong"
    })
public final class BenchmarkCommand implements Runnable {
  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      arity = "0..1",
      paramLabel = "FILE",
      fallbackValue = STANDARD_OUTPUT,
      description = "Print one JSON object instead of the tables; with FILE, write it to the file.")
  private @Nullable String json;

  @Option(
      names = "--svg",
      scope = ScopeType.INHERIT,
      paramLabel = "DIR",
      description =
          "Also draw the result into this directory, as speed-ratios.svg and speed-targets.svg."
              + " Has no effect on ack and replay.")
  private @Nullable Path svg;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "100",
      scope = ScopeType.INHERIT,
      description =
          "Requests a second, of one event each, independent of the answers (default:"
              + " ${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help and exit.")
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private boolean help;

  private static final String STANDARD_OUTPUT = "-";
  private static final Duration SLICE = Duration.ofSeconds(4);
  private static final int MAX_WARM_UPS = 12;

  @Spec private @Nullable CommandSpec spec;

  private final Teardown teardown = new Teardown("the benchmark");

  private interface Measurement {
    BenchmarkResult run(Servers servers, OpenLoop load, PrintWriter talk)
        throws InterruptedException;
  }

  private interface Work {
    BenchmarkResult run(Path directory, PrintWriter talk) throws InterruptedException;
  }

  @Override
  public void run() {
    throw new ParameterException(
        commandLine(),
        "Name the measurement: targets, gateway, worker, start, delay, idle, codec, ack, replay, batches or"
            + " query");
  }

  @Command(
      name = "ack",
      description = {
        "Time to a 202 while Kafka is up, while it is down and while MongoDB is down as well, each"
            + " alternately with a gateway that has MQ_ENABLED=false. Measured from the moment a"
            + " request was due.",
        "",
      })
  int ack(
      @Option(
              names = "--seconds",
              paramLabel = "N",
              defaultValue = "5",
              description =
                  "How long one gateway is measured at a time (default: ${DEFAULT-VALUE}).")
          int seconds,
      @Option(
              names = "--rounds",
              paramLabel = "N",
              defaultValue = "4",
              description =
                  "Measurements of each gateway in each phase (default: ${DEFAULT-VALUE}).")
          int rounds)
      throws InterruptedException {
    requireAtLeast("--seconds", seconds, 1);
    requireAtLeast("--rounds", rounds, 1);
    return measureWithOwnServers(
        (servers, load, talk) ->
            new AckBenchmark(servers, load, Duration.ofSeconds(seconds), rounds, talk).run());
  }

  @Command(
      name = "replay",
      description = {
        "Fills the spool while Kafka and MongoDB are both down, starts them again, and measures the"
            + " replay and live requests meanwhile.",
        "",
      })
  int replay(
      @Option(
              names = "--events",
              paramLabel = "N",
              defaultValue = "1000000",
              description = "Events to spool, about 1 KB each (default: ${DEFAULT-VALUE}).")
          long events,
      @Option(
              names = "--seconds",
              paramLabel = "N",
              defaultValue = "20",
              description =
                  "How long live requests are measured before and after (default:"
                      + " ${DEFAULT-VALUE}).")
          int seconds)
      throws InterruptedException {
    requireAtLeast("--events", events, 1);
    requireAtLeast("--seconds", seconds, 1);
    return measureWithOwnServers(
        (servers, load, talk) ->
            new ReplayBenchmark(servers, load, events, Duration.ofSeconds(seconds), talk).run());
  }

  @Command(
      name = "batches",
      description = {
        "Starts a worker that consumes a backlog, alternately with batches of 100 and with batches"
            + " that grow to MQ_BATCH_MAX_SIZE. Compares the rates and the CPU time of MongoDB and"
            + " the worker. --rate has no effect.",
        "",
      })
  int batches(
      @Option(
              names = "--events",
              paramLabel = "N",
              defaultValue = "100000",
              description = "Events in the backlog, at least 1000 (default: ${DEFAULT-VALUE}).")
          int events,
      @Option(
              names = "--rounds",
              paramLabel = "N",
              defaultValue = "5",
              description = "Rounds, both ways in each (default: ${DEFAULT-VALUE}).")
          int rounds)
      throws InterruptedException {
    requireBacklog(events);
    requireAtLeast("--rounds", rounds, 1);
    return measure(
        (servers, load, talk) ->
            SpeedReport.of(new BatchesBenchmark(servers, events, rounds, talk).run()));
  }

  @Command(
      name = "query",
      description = {
        "Stores the sample events of 24 hours, then times the queries of a gateway: a request id, the"
            + " last events of a service, a histogram, groups with percentiles and comparisons,"
            + " alone and while events are posted at a fixed rate. Compares the rate of storing"
            + " with and without queries. --rate has no effect.",
        "",
      })
  int query(
      @Option(
              names = "--events",
              paramLabel = "N",
              defaultValue = "2000000",
              description = "Events before the first query (default: ${DEFAULT-VALUE}).")
          int events,
      @Option(
              names = "--stored-per-second",
              paramLabel = "N",
              defaultValue = "2000",
              description = "Events posted a second during queries (default: ${DEFAULT-VALUE}).")
          int eventsPerSecond,
      @Option(
              names = "--rounds",
              paramLabel = "N",
              defaultValue = "3",
              description = "Rounds (default: ${DEFAULT-VALUE}).")
          int rounds,
      @Option(
              names = "--repeats",
              paramLabel = "N",
              defaultValue = "5",
              description =
                  "How often each query runs in half a round (default: ${DEFAULT-VALUE}).")
          int repeats)
      throws InterruptedException {
    requireBacklog(events);
    requireAtLeast("--stored-per-second", eventsPerSecond, 1);
    requireAtLeast("--rounds", rounds, 1);
    requireAtLeast("--repeats", repeats, 1);
    return measure(
        (servers, load, talk) ->
            SpeedReport.of(
                new QueryBenchmark(
                        servers,
                        events,
                        eventsPerSecond,
                        new QueryBenchmark.Repetition(rounds, repeats),
                        talk)
                    .run()));
  }

  @Command(
      name = "worker",
      description = {
        "Compares the worker with a hand-tuned consumer, which parses and inserts and does nothing"
            + " else. Both consume the same backlog of events of 670 bytes in alternate rounds,"
            + " into collections with the same indexes. The first quarter of each backlog is not"
            + " measured. --rate has no effect.",
        "",
      })
  int worker(
      @Option(
              names = "--events",
              paramLabel = "N",
              defaultValue = "500000",
              description = "Events in the backlog, at least 1000 (default: ${DEFAULT-VALUE}).")
          int events,
      @Option(
              names = "--rounds",
              paramLabel = "N",
              defaultValue = "3",
              description = "Rounds, both processes in each (default: ${DEFAULT-VALUE}).")
          int rounds,
      @Option(
              names = "--connect",
              description =
                  "Also compare with the MongoDB sink connector on Kafka Connect, inserting and"
                      + " idempotent. Needs its jars: "
                      + ConnectSink.DOWNLOAD)
          boolean connect)
      throws InterruptedException {
    requireBacklog(events);
    requireAtLeast("--rounds", rounds, 1);
    if (connect && !Files.isDirectory(ConnectSink.jars())) {
      throw new ParameterException(
          commandLine(),
          "--connect: no jars in %s; download them with: %s"
              .formatted(ConnectSink.jars(), ConnectSink.DOWNLOAD));
    }
    return measure(
        (servers, load, talk) -> {
          WorkerBenchmark benchmark = new WorkerBenchmark(servers, events, rounds, talk);
          return new SpeedReport(
              (connect ? benchmark.withConnect(new ConnectSink(servers)) : benchmark).run());
        });
  }

  @Command(
      name = "start",
      description = {
        "Starts a worker and a gateway, and measures how long they take to become ready. Then"
            + " measures how the gateway serves 64 connections in its first ten seconds. --rate"
            + " has no effect.",
        "",
      })
  int start(
      @Option(
              names = "--warm-up",
              paramLabel = "N",
              defaultValue = "20",
              description =
                  "Seconds of load after the first ten, before the warm rate is measured (default:"
                      + " ${DEFAULT-VALUE}).")
          int warmUp,
      @Option(
              names = "--rounds",
              paramLabel = "N",
              defaultValue = "3",
              description = "Starts of each process (default: ${DEFAULT-VALUE}).")
          int rounds)
      throws InterruptedException {
    requireAtLeast("--warm-up", warmUp, 1);
    requireAtLeast("--rounds", rounds, 1);
    StartBenchmark.Settings settings =
        new StartBenchmark.Settings(Duration.ofSeconds(warmUp), SLICE, rounds);
    return measure(
        (servers, load, talk) -> SpeedReport.of(new StartBenchmark(servers, settings, talk).run()));
  }

  @Command(
      name = "delay",
      description = {
        "Posts 1000 events a second and measures the time from when each was due until it is"
            + " visible in MongoDB: with a worker's defaults, and with MQ_BATCH_TIMEOUT_MS=25."
            + " MongoDB must be a replica set. --rate has no effect.",
        "",
      })
  int delay(
      @Option(
              names = "--seconds",
              paramLabel = "N",
              defaultValue = "30",
              description = "How long each setting is measured (default: ${DEFAULT-VALUE}).")
          int seconds,
      @Option(
              names = "--warm-up",
              paramLabel = "N",
              defaultValue = "70",
              description = "Seconds of events before that (default: ${DEFAULT-VALUE}).")
          int warmUp)
      throws InterruptedException {
    requireAtLeast("--seconds", seconds, 1);
    requireAtLeast("--warm-up", warmUp, 1);
    return measure(
        (servers, load, talk) ->
            SpeedReport.of(
                new DelayBenchmark(
                        servers, Duration.ofSeconds(warmUp), Duration.ofSeconds(seconds), talk)
                    .run()));
  }

  @Command(
      name = "idle",
      description = {
        "Measures the resident memory and the CPU time of a gateway and a worker without events."
            + " --rate has no effect.",
        "",
      })
  int idle(
      @Option(
              names = "--seconds",
              paramLabel = "N",
              defaultValue = "30",
              description = "How long they are measured (default: ${DEFAULT-VALUE}).")
          int seconds,
      @Option(
              names = "--settle",
              paramLabel = "N",
              defaultValue = "20",
              description = "Seconds after their start before that (default: ${DEFAULT-VALUE}).")
          int settle)
      throws InterruptedException {
    requireAtLeast("--seconds", seconds, 1);
    requireAtLeast("--settle", settle, 0);
    return measure(
        (servers, load, talk) ->
            SpeedReport.of(
                new IdleBenchmark(
                        servers, Duration.ofSeconds(settle), Duration.ofSeconds(seconds), talk)
                    .run()));
  }

  @Command(
      name = "codec",
      description = {
        "Measures the codec with JMH: the time and the allocated memory from JSON to a validated"
            + " document, on one thread. Needs no servers. --rate has no effect.",
        "",
      })
  int codec(
      @Option(
              names = "--seconds",
              paramLabel = "N",
              defaultValue = "2",
              description = "Length of each of JMH's eight iterations (default: ${DEFAULT-VALUE}).")
          int seconds)
      throws InterruptedException {
    requireAtLeast("--seconds", seconds, 1);
    return report(
        (directory, talk) ->
            SpeedReport.of(
                new CodecMeasurement(directory.resolve("jmh.log"), seconds, talk).run()));
  }

  @Command(
      name = "targets",
      description = {
        "Runs gateway, worker, start, delay, idle and codec with short rounds, about 16 minutes,"
            + " and prints every target of the project beside the measured value.",
        "",
      })
  int targets() throws InterruptedException {
    GatewayBenchmark.Settings gateway =
        new GatewayBenchmark.Settings(Duration.ofSeconds(5), MAX_WARM_UPS, SLICE, 3);
    StartBenchmark.Settings start = new StartBenchmark.Settings(Duration.ofSeconds(15), SLICE, 1);
    // Four JVMs compile their code for a minute at this rate, and take all processors for it.
    Duration untilWarm = Duration.ofSeconds(70);
    Duration halfMinute = Duration.ofSeconds(30);
    return measure(
        (servers, load, talk) -> {
          List<SpeedReport.Part> parts = new ArrayList<>();
          parts.add(new GatewayBenchmark(servers, load, gateway, talk).run());
          parts.addAll(new WorkerBenchmark(servers, 300_000, 3, talk).run());
          parts.add(new StartBenchmark(servers, start, talk).run());
          parts.add(new DelayBenchmark(servers, untilWarm, halfMinute, talk).run());
          parts.add(new IdleBenchmark(servers, untilWarm, halfMinute, talk).run());
          parts.add(new CodecMeasurement(servers.directory().resolve("jmh.log"), 1, talk).run());
          return new SpeedReport(parts);
        });
  }

  private void requireBacklog(int events) {
    requireAtLeast("--events", events, 1_000);
  }

  @Command(
      name = "gateway",
      description = {
        "Compares the gateway with a handler that passes each body to Kafka and does nothing else,"
            + " in alternate rounds: 64 connections and lone requests with one event of 670 bytes"
            + " each, then --rate, then NDJSON of 500 events for the gateway alone.",
        "",
      })
  int gateway(
      @Option(
              names = "--seconds",
              paramLabel = "N",
              defaultValue = "5",
              description =
                  "How long one process is measured at a time (default: ${DEFAULT-VALUE}).")
          int seconds,
      @Option(
              names = "--warm-up",
              paramLabel = "N",
              defaultValue = "5",
              description =
                  "Seconds of one part of the warm-up. Parts follow until the CPU time of a request"
                      + " no longer falls, at most 12 (default: ${DEFAULT-VALUE}).")
          int warmUp,
      @Option(
              names = "--rounds",
              paramLabel = "N",
              defaultValue = "5",
              description = "Rounds, both processes in each (default: ${DEFAULT-VALUE}).")
          int rounds)
      throws InterruptedException {
    requireAtLeast("--seconds", seconds, 1);
    requireAtLeast("--warm-up", warmUp, 1);
    requireAtLeast("--rounds", rounds, 1);
    GatewayBenchmark.Settings settings =
        new GatewayBenchmark.Settings(
            Duration.ofSeconds(warmUp), MAX_WARM_UPS, Duration.ofSeconds(seconds), rounds);
    return measure(
        (servers, load, talk) ->
            SpeedReport.of(new GatewayBenchmark(servers, load, settings, talk).run()));
  }

  // For measurements that leave the servers alone: they may use those of the environment.
  private int measure(Measurement measurement) throws InterruptedException {
    return measure(measurement, System.getenv());
  }

  // For measurements that stop the servers: these must be the benchmark's own.
  private int measureWithOwnServers(Measurement measurement) throws InterruptedException {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.remove("KAFKA_BROKER");
    environment.remove("MONGODB_URI");
    return measure(measurement, environment);
  }

  private int measure(Measurement measurement, Map<String, String> environment)
      throws InterruptedException {
    if (!(rate > 0)) {
      throw new ParameterException(commandLine(), "--rate=" + rate + " is not positive");
    }
    return report(
        (directory, talk) -> {
          OpenLoop load = teardown.open(() -> new OpenLoop(rate), OpenLoop::close);
          Servers servers = new Servers(directory, teardown, environment);
          talk.println("Starting the servers");
          talk.flush();
          servers.start();
          return measurement.run(servers, load, talk);
        });
  }

  private int report(Work work) throws InterruptedException {
    PrintWriter talk = commandLine().getErr();
    requireDirectories();
    try (teardown) {
      WorkDirectory directory =
          teardown.open(() -> WorkDirectory.create(null, "benchmark"), WorkDirectory::close);
      write(work.run(directory.path(), talk));
      return ExitCode.OK;
    } catch (IllegalStateException | KafkaException | MongoException | UncheckedIOException e) {
      if (!teardown.interrupted()) {
        talk.println("benchmark: " + e.getMessage());
        talk.flush();
      }
      return ExitCode.FAILURE;
    }
  }

  private void write(BenchmarkResult result) {
    PrintWriter out = commandLine().getOut();
    if (STANDARD_OUTPUT.equals(json)) {
      out.println(result.json());
    } else {
      result.lines().forEach(out::println);
    }
    out.flush();
    try {
      if (json != null && !STANDARD_OUTPUT.equals(json)) {
        Files.writeString(Path.of(json), result.json().toPrettyString() + "\n");
      }
      if (svg != null && result instanceof SpeedReport report) {
        Files.writeString(svg.resolve("speed-ratios.svg"), SpeedChart.ratios(report));
        Files.writeString(svg.resolve("speed-targets.svg"), SpeedChart.targets(report));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write the result: " + e, e);
    }
  }

  // Wrong paths fail the command before the minutes of measurement.
  private void requireDirectories() {
    if (json != null && !STANDARD_OUTPUT.equals(json)) {
      requireDirectory("--json", json, Path.of(json).toAbsolutePath().getParent());
    }
    if (svg != null) {
      requireDirectory("--svg", svg.toString(), svg);
    }
  }

  private void requireDirectory(String flag, String value, @Nullable Path directory) {
    if (directory == null || !Files.isDirectory(directory) || !Files.isWritable(directory)) {
      throw new ParameterException(
          commandLine(),
          "%s=%s: cannot write into the directory %s".formatted(flag, value, directory));
    }
  }

  private void requireAtLeast(String flag, long value, long least) {
    if (value < least) {
      throw new ParameterException(
          commandLine(), "%s=%d is less than %d".formatted(flag, value, least));
    }
  }

  private CommandLine commandLine() {
    if (spec == null) {
      throw new IllegalStateException("Only picocli makes commands");
    }
    return spec.commandLine();
  }

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new BenchmarkCommand()).execute(arguments));
  }
}
