package io.wideevents.worker.command;

import io.wideevents.process.ExitCode;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Checks settings, Kafka and MongoDB, and reports each fault with a fix.",
      "Also checked: topics, lag, indexes and the clock. The command changes nothing.",
      "Exits with 0 when no check failed, 4 when a server does not answer, else 5."
    })
final class DoctorCommand implements Callable<Integer> {
  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    return Operator.run(
        spec,
        (settings, out) -> {
          FindingPrinter printer = new FindingPrinter(out, json);
          printer.accept(Finding.ok("settings", "all are right"));
          Checkup checkup = new Checkup(settings, printer);
          checkup.codecs();
          checkup.kafka();
          checkup.mongo();
          if (checkup.metUnreachable()) {
            return ExitCode.UNREACHABLE;
          }
          return checkup.metFailure() ? ExitCode.CHECK_FAILED : ExitCode.OK;
        });
  }
}
