package io.wideevents.toolbox.terminal;

import io.wideevents.stack.CommandBasics;
import io.wideevents.stack.Teardown;
import java.io.PrintWriter;

/**
 * The outputs of a command that Ctrl-C may interrupt at any moment. After an interrupt the outputs
 * are discarded, although the command may run for a moment longer, so that the message of the
 * teardown is the last. Safe for concurrent use.
 */
public final class Screen {
  private final EndableWriter out;
  private final EndableWriter talk;

  private Screen(CommandBasics basics) {
    this.out = new EndableWriter(basics.out());
    this.talk = new EndableWriter(basics.talk());
  }

  /**
   * Opens a screen that the teardown ends after everything that is opened later.
   *
   * @throws IllegalStateException if the teardown has begun
   */
  public static Screen open(CommandBasics basics, Teardown teardown) {
    return teardown.open(
        () -> new Screen(basics), screen -> screen.end(basics.talk(), teardown.interrupted()));
  }

  /** Output for the result, which another program may read. */
  public PrintWriter out() {
    return new PrintWriter(out);
  }

  /** Output for all other messages to the user. */
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
