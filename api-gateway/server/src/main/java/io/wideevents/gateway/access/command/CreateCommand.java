package io.wideevents.gateway.access.command;

import io.wideevents.codec.IntakeMode;
import io.wideevents.files.UnusableFileException;
import io.wideevents.gateway.access.KeysFileAppender;
import io.wideevents.gateway.access.NewKey;
import io.wideevents.gateway.access.Scope;
import io.wideevents.process.CommandFailedException;
import io.wideevents.process.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "create",
    mixinStandardHelpOptions = true,
    description = {
      "Creates a key of 256 random bits and prints it on stdout. The key is not stored anywhere."
          + " The line for the keys file has the key's hash. It goes to stderr or, with --append,"
          + " into the file."
    })
final class CreateCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--name",
      required = true,
      paramLabel = "<name>",
      description = "Name of the key's owner, for logs and rate limits.")
  private String name = "";

  @Option(
      names = "--scope",
      paramLabel = "<scope>",
      split = ",",
      description = "Scope of the key: ingest, query or admin. May be repeated. Default: ingest.")
  private List<String> scopes = List.of("ingest");

  @Option(
      names = "--intake",
      paramLabel = "<intake>",
      description =
          "How strictly events are read that are sent with the key, as for HTTP_INTAKE: strict, or"
              + " lenient with options such as lenient;nest;service=web. Default: HTTP_INTAKE.")
  private @Nullable String intake;

  @Option(
      names = "--append",
      paramLabel = "<file>",
      description =
          "Keys file to add the line to. It is created when it does not exist. A running gateway"
              + " reads the change within seconds.")
  private @Nullable Path file;

  @Override
  public Integer call() {
    CommandSpec command = Objects.requireNonNull(spec);
    if (!NewKey.isName(name)) {
      throw usage(command, "--name=" + name + " is no name for a key: it has " + NewKey.nameForm());
    }
    NewKey key = NewKey.make(name, scopes(command), intake(command));
    Path target = file;
    if (target != null) {
      append(target, key);
    }
    PrintWriter out = command.commandLine().getOut();
    out.println(key.text());
    out.flush();
    tell(command.commandLine().getErr(), key, target);
    return ExitCode.OK;
  }

  private Set<Scope> scopes(CommandSpec command) {
    Set<Scope> found = EnumSet.noneOf(Scope.class);
    for (String label : scopes) {
      found.add(
          Scope.labelled(label.strip())
              .orElseThrow(
                  () -> usage(command, "--scope=" + label + " is not one of " + Scope.labels())));
    }
    return found;
  }

  private Optional<IntakeMode> intake(CommandSpec command) {
    try {
      return Optional.ofNullable(intake).map(IntakeMode::parse);
    } catch (IllegalArgumentException e) {
      throw usage(command, "--intake=" + intake + " " + e.getMessage());
    }
  }

  private static void append(Path target, NewKey key) {
    Path directory = target.toAbsolutePath().getParent();
    if (directory != null && Files.notExists(directory)) {
      throw new CommandFailedException(
          ExitCode.CONFIGURATION,
          "No key was made: there is no directory %s; create it first".formatted(directory));
    }
    try {
      KeysFileAppender.append(target, key);
    } catch (UnusableFileException e) {
      throw new CommandFailedException(
          ExitCode.CONFIGURATION, "No key was made: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new CommandFailedException(
          ExitCode.FAILURE, "No key was made: %s cannot be written (%s)".formatted(target, e), e);
    }
  }

  private static void tell(PrintWriter err, NewKey key, @Nullable Path target) {
    err.println("The key above is shown only once. Its owner sends it as");
    err.println("  Authorization: Bearer <key>");
    if (target == null) {
      err.println("and add this line to the file that API_KEYS_FILE names:");
    } else {
      err.println("This line was added to " + target + ":");
    }
    err.println("  " + key.line());
    err.flush();
  }

  private static ParameterException usage(CommandSpec command, String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
