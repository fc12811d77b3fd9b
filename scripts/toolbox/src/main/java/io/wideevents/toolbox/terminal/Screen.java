package io.wideevents.toolbox.terminal;

import io.wideevents.stack.CommandBasics;
import io.wideevents.stack.Teardown;
import java.io.PrintWriter;

/**
 * The outputs of a command that a Ctrl-C may take down at any moment. The command goes on for that
 * moment, but nothing it writes then is shown: the last word is that nothing is left behind. Safe
 * for concurrent use.
 */
public final class Screen {
  private final EndableWriter out;
  private final EndableWriter talk;

  private Screen(CommandBasics basics) {
    this.out = new EndableWriter(basics.out());
    this.talk = new EndableWriter(basics.talk());
  }

  /**
   * A screen that goes dark with the teardown, after everything that is opened later.
   *
   * @throws IllegalStateException if all is being taken down already
   */
  public static Screen open(CommandBasics basics, Teardown teardown) {
    return teardown.open(
        () -> new Screen(basics), screen -> screen.end(basics.talk(), teardown.interrupted()));
  }

  /** Where the result goes, for whoever reads it on. */
  public PrintWriter out() {
    return new PrintWriter(out);
  }

  /** Where all else goes that a person is told. */
  public PrintWriter talk() {
    return new PrintWriter(talk);
  }

  private void end(PrintWriter person, boolean interrupted) {
    out.end();
    talk.end();
    if (interrupted) {
      person.printf("%nStopped; nothing is left behind.%n");
      person.flush();
    }
  }
}
