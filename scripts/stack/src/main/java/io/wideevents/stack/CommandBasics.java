package io.wideevents.stack;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The common part of all commands: {@code --help}, the two outputs, and the rejection of a flag. A
 * mixin, usable after picocli has created the command. Used by one thread.
 */
public final class CommandBasics {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private boolean help;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  /** The output for the result, which another program may read. */
  public PrintWriter out() {
    return commandLine().getOut();
  }

  /** The output for all other messages to the user. */
  public PrintWriter talk() {
    return commandLine().getErr();
  }

  /**
   * Creates the exception for a wrong flag. Picocli shows the exception with the usage, and the
   * exit code is 2.
   *
   * @param problem the flag, its value, and the values that are allowed
   */
  public ParameterException wrongFlag(String problem) {
    return new ParameterException(commandLine(), problem);
  }

  /**
   * Checks a flag that is a number.
   *
   * @throws ParameterException if {@code value} is less than {@code least}
   */
  public void requireAtLeast(String flag, long value, long least) {
    if (value < least) {
      throw wrongFlag("%s=%d is less than %d".formatted(flag, value, least));
    }
  }

  private CommandLine commandLine() {
    if (spec == null) {
      throw new IllegalStateException("Only picocli makes commands");
    }
    return spec.commandLine();
  }
}
