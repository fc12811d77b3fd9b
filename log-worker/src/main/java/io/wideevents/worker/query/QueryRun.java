package io.wideevents.worker.query;

import io.wideevents.process.CommandFailedException;
import io.wideevents.process.ExitCode;
import io.wideevents.worker.command.Operator;
import io.wideevents.worker.command.Output;
import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.core.JacksonException;

/** What the commands of this package share: settings, client, and failures in one line. */
final class QueryRun {
  private QueryRun() {}

  interface Body {
    int run(QueryClient client, Output out) throws Exception;
  }

  /** Runs the body of a parsed command and returns the exit code. */
  static int run(@Nullable CommandSpec command, Body body) throws Exception {
    return Operator.run(
        command,
        QueryClientSettings.CATALOGUE,
        QueryClientSettings::log,
        (settings, out) -> {
          try (QueryClient client = new QueryClient(settings)) {
            return body.run(client, out);
          } catch (QueryApiException e) {
            throw new CommandFailedException(e.exitCode(), String.valueOf(e.getMessage()), e);
          } catch (JacksonException e) {
            throw new CommandFailedException(
                ExitCode.FAILURE,
                "The query API at %s did not answer with JSON; is QUERY_URL the address of a gateway?"
                    .formatted(settings.url()),
                e);
          }
        });
  }

  /** Writes a message for the person at the terminal. */
  static void note(@Nullable CommandSpec command, String message) {
    PrintWriter err = Objects.requireNonNull(command).commandLine().getErr();
    err.println("log-worker: " + message);
    err.flush();
  }
}
