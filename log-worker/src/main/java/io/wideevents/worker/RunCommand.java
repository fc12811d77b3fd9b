package io.wideevents.worker;

import io.wideevents.config.SettingValues;
import io.wideevents.kafka.ProtocolClasses;
import io.wideevents.process.ExitCode;
import io.wideevents.process.LogSetup;
import io.wideevents.process.NativeCodec;
import io.wideevents.process.SettingFlags;
import io.wideevents.process.Shutdown;
import io.wideevents.worker.config.WorkerSettings;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = {
      "Runs the worker, as log-worker without a command does.",
      "The worker writes events from Kafka into MongoDB until SIGTERM or SIGINT. Then it stores the"
          + " events in memory and ends within eight seconds.",
      "The worker starts while Kafka or MongoDB is down and uses them when they are up."
    })
final class RunCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);
  static final Duration CLOSE_BOUND = Duration.ofMillis(7_800);

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    return run(Objects.requireNonNull(spec));
  }

  /**
   * Runs the worker until the process receives a signal to end.
   *
   * @param spec the parsed command: this command or its parent
   * @return the exit code
   */
  static int run(CommandSpec spec) throws InterruptedException {
    SettingValues<WorkerSettings> values =
        SettingFlags.resolve(WorkerSettings.CATALOGUE, spec, System.getenv());
    if (SettingFlags.wantsPrint(spec)) {
      spec.commandLine().getOut().print(values.print());
      spec.commandLine().getOut().flush();
      return ExitCode.OK;
    }
    return run(values);
  }

  /** Runs the worker, with the settings of the environment, until it receives a signal to end. */
  static int runByEnvironment() throws InterruptedException {
    return run(WorkerSettings.CATALOGUE.resolve(Map.of(), System.getenv()));
  }

  private static int run(SettingValues<WorkerSettings> values) throws InterruptedException {
    ProtocolClasses.load();
    LogSetup.start(values.settings().log());
    values.logTo(LOG);
    // Any producer may have compressed the records. Without the native codec the first compressed
    // record would end this worker and each worker after it.
    NativeCodec.require(NativeCodec.values());
    WorkerApplication application = new WorkerApplication(values.settings());
    Shutdown shutdown = new Shutdown(CLOSE_BOUND, application, application::leftovers);
    shutdown.install();
    application.start();
    return shutdown.await();
  }
}
