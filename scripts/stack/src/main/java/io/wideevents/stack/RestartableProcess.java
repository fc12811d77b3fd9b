package io.wideevents.stack;

/** A {@link Restartable} that is a child process of this JVM, so signals reach it directly. */
public interface RestartableProcess extends Restartable {
  /**
   * The process of the last start.
   *
   * @throws IllegalStateException if there was no start
   */
  ChildProcess process();

  @Override
  default void kill9() {
    process().kill9();
  }

  @Override
  default void pause() {
    process().pause();
  }

  @Override
  default void resume() {
    process().resume();
  }
}
