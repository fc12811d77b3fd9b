package io.wideevents.gateway;

import io.javalin.util.JavalinBindException;
import io.wideevents.config.SettingValues;
import io.wideevents.delivery.setup.Backends;
import io.wideevents.delivery.spool.SpoolUnavailableException;
import io.wideevents.files.UnusableFileException;
import io.wideevents.gateway.access.command.KeysCommand;
import io.wideevents.gateway.config.GatewaySettings;
import io.wideevents.gateway.spool.command.SpoolCommand;
import io.wideevents.kafka.ProtocolClasses;
import io.wideevents.log.Causes;
import io.wideevents.process.CommandFailedException;
import io.wideevents.process.ExitCode;
import io.wideevents.process.LogSetup;
import io.wideevents.process.NativeCodec;
import io.wideevents.process.ProcessMain;
import io.wideevents.process.SettingFlags;
import io.wideevents.process.Shutdown;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The {@code api-gateway} command line. Without a subcommand it runs the gateway. */
@Command(
    name = "api-gateway",
    mixinStandardHelpOptions = true,
    description = {
      "Accepts wide events over HTTP and makes them durable: in Kafka, else in MongoDB, else on"
          + " disk.",
      "The gateway starts while Kafka or MongoDB is down and uses them when they are up. After"
          + " SIGTERM it finishes the requests in progress and ends within eight seconds."
    })
public final class ApiGateway implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(ApiGateway.class);
  private static final Duration CLOSE_BOUND = Duration.ofMillis(7_800);

  @Spec private @Nullable CommandSpec spec;

  /** Parses the arguments, runs the command, and ends the JVM with the exit code. */
  public static void main(String... arguments) {
    ProcessMain.run(commandLine(), ApiGateway.class, arguments);
  }

  /** Builds the command line with all subcommands and flags, without running anything. */
  public static CommandLine commandLine() {
    CommandLine commandLine =
        new CommandLine(new ApiGateway())
            .addSubcommand(
                SpoolCommand.commandLine(
                    Backends::withoutSpool,
                    // Events are bytes; picocli's writer would change their encoding.
                    new FileOutputStream(FileDescriptor.out),
                    InstantSource.system()))
            .addSubcommand(KeysCommand.commandLine());
    SettingFlags.add(GatewaySettings.CATALOGUE.settings(), commandLine.getCommandSpec());
    return commandLine;
  }

  @Override
  public Integer call() throws InterruptedException {
    CommandSpec command = Objects.requireNonNull(spec);
    SettingValues<GatewaySettings> values =
        SettingFlags.resolve(GatewaySettings.CATALOGUE, command, System.getenv());
    if (SettingFlags.wantsPrint(command)) {
      command.commandLine().getOut().print(values.print());
      command.commandLine().getOut().flush();
      return ExitCode.OK;
    }
    ProtocolClasses.load();
    LogSetup.start(values.settings().log());
    values.logTo(log);
    NativeCodec.require(NativeCodec.ZSTD);
    return run(values.settings());
  }

  private static int run(GatewaySettings settings) throws InterruptedException {
    GatewayApplication application;
    try {
      application = new GatewayApplication(settings);
    } catch (UnusableFileException e) {
      throw new CommandFailedException(
          ExitCode.CONFIGURATION,
          "%d %s with files that settings name:\n  %s"
              .formatted(
                  e.problems().size(),
                  e.problems().size() == 1 ? "problem" : "problems",
                  String.join("\n  ", e.problems())),
          e);
    } catch (SpoolUnavailableException e) {
      throw new CommandFailedException(ExitCode.CONFIGURATION, e.getMessage() + " (SPOOL_DIR)", e);
    }
    Shutdown shutdown = new Shutdown(CLOSE_BOUND, application, application::leftovers);
    shutdown.install();
    String host = settings.http().host();
    try {
      int port = application.start();
      log.info(
          "Listening on {}://{}:{}",
          settings.tls().isPresent() ? "https" : "http",
          host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host,
          port);
    } catch (JavalinBindException e) {
      application.close();
      throw new CommandFailedException(
          ExitCode.CONFIGURATION,
          "Cannot listen on %s:%d: %s; set another HTTP_HOST or HTTP_PORT, or stop the process"
                  .formatted(host, settings.http().port(), reason(e))
              + " that listens there",
          e);
    }
    return shutdown.await();
  }

  private static String reason(Throwable failure) {
    Throwable root = Causes.deepest(failure);
    return Objects.requireNonNullElse(root.getMessage(), root.getClass().getSimpleName());
  }
}
