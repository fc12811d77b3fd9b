package io.wideevents.toolbox.chaos;

import io.wideevents.process.ExitCode;
import io.wideevents.stack.CommandBasics;
import io.wideevents.stack.MongodBinary;
import io.wideevents.stack.Teardown;
import io.wideevents.stack.WorkDirectory;
import io.wideevents.toolbox.terminal.Screen;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code scripts/chaos}: tests that the pipeline keeps its guarantees while its processes fail. */
@Command(
    name = "chaos",
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = {
      "Starts a Kafka broker, a mongod, the api-gateway and two log-workers. Clients post events,"
          + " with retries, while these processes are killed with -9, frozen with SIGSTOP and"
          + " restarted, alone and together. Then all of them start again, and the run looks for"
          + " every event. Each acknowledged event must be stored once with the same fields, or be"
          + " in the dead-letter topic. No other event may be stored. The spool must be empty.",
      "",
      "Takes the time of --minutes and about a minute more. Uses free ports only; needs a mongod"
          + " on the PATH, or named by MONGOD.",
      "",
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the promise held for every event",
      "1:the run itself failed, for example a server that did not start",
      "2:a flag is wrong",
      "3:there is no mongod",
      "5:the promise did not hold; data and logs stay, and their directory is printed"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  scripts/chaos                              two minutes, seed 1",
      "  scripts/chaos --seed 7 --minutes 10        another order, and each fault twice",
      "  scripts/chaos --json | jq .events"
    })
public final class ChaosCommand implements Callable<Integer> {
  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Seed of the faults, their order and times, and the events (default: ${DEFAULT-VALUE})."
              + " The interleaving of threads differs from run to run.")
  private long seed;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      defaultValue = "2",
      description =
          "How long faults happen and clients post; 0.5 is half a minute (default:"
              + " ${DEFAULT-VALUE}). Each kind of fault occurs once in about 4.")
  private double minutes;

  @Option(
      names = "--clients",
      paramLabel = "N",
      defaultValue = "32",
      description = "Requests at the same time, at most (default: ${DEFAULT-VALUE}).")
  private int clients;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "200",
      description =
          "Requests a second of all clients together while no fault delays them; about seven events"
              + " each (default: ${DEFAULT-VALUE}).")
  private double rate;

  @Option(names = "--json", description = "Print one JSON object instead of tables.")
  private boolean json;

  @Mixin private final CommandBasics basics = new CommandBasics();

  private final Teardown teardown = new Teardown("the fault run");
  private boolean keep;

  @Override
  public Integer call() throws InterruptedException {
    ChaosSettings settings = settings();
    Optional<Path> mongod = MongodBinary.find(System.getenv());
    if (mongod.isEmpty()) {
      basics
          .talk()
          .println(
              "chaos: there is no mongod on the PATH, and no substitute survives a kill. Install"
                  + " the MongoDB community server"
                  + " (https://www.mongodb.com/try/download/community), or set"
                  + " MONGOD=/path/to/mongod");
      return ExitCode.CONFIGURATION;
    }
    Screen screen = Screen.open(basics, teardown);
    WorkDirectory directory =
        teardown.open(() -> WorkDirectory.create(null, "chaos"), this::deleteUnlessKept);
    try (teardown) {
      PrintWriter talk = screen.talk();
      ChaosResult result =
          new ChaosRun(settings, mongod.get(), directory.path(), talk, teardown).run();
      PrintWriter out = screen.out();
      if (json) {
        out.println(result.json());
      } else {
        new ChaosReport(result).lines().forEach(out::println);
      }
      out.flush();
      keep = !result.isGood();
      talk.println(
          result.isGood()
              ? "The promise held for every event."
              : "THE PROMISE DID NOT HOLD. Data and logs stay in " + directory.path());
      talk.flush();
      return result.isGood() ? ExitCode.OK : ExitCode.CHECK_FAILED;
    } catch (RuntimeException e) {
      if (!teardown.interrupted()) {
        keep = true;
        PrintWriter talk = basics.talk();
        talk.println("chaos: " + e.getMessage());
        talk.println("Data and logs stay in " + directory.path());
        talk.flush();
      }
      return ExitCode.FAILURE;
    }
  }

  private ChaosSettings settings() {
    if (!(minutes > 0 && minutes <= 24 * 60)) {
      throw basics.wrongFlag(
          "--minutes=" + minutes + " is not between 0 and 1440; use for example 2");
    }
    basics.requireAtLeast("--clients", clients, 1);
    if (!(rate > 0)) {
      throw basics.wrongFlag("--rate=" + rate + " is not positive");
    }
    FaultSchedule schedule = FaultSchedule.of(seed, Duration.ofMillis((long) (minutes * 60_000)));
    return new ChaosSettings(seed, schedule, clients, rate, Instant.now());
  }

  private void deleteUnlessKept(WorkDirectory directory) {
    if (!keep) {
      directory.close();
    }
  }

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new ChaosCommand()).execute(arguments));
  }
}
