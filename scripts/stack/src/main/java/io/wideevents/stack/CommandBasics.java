package io.wideevents.stack;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * What every command of the scripts has: {@code --help}, its two outputs, and a way to reject a
 * flag. A mixin; usable when picocli has made the command. Used by one thread.
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
   * A wrong flag, to be thrown: picocli shows it with the usage, and the exit code is 2.
   *
   * @param problem the flag, its value, and what it may be
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
