package io.wideevents.stack;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Takes down what was set up, last first, when it is closed or, if that comes before, when the JVM
 * ends: an end at any moment leaves nothing, also one in the middle of setting up. Safe for
 * concurrent use.
 */
public final class Teardown implements AutoCloseable {
  private final Deque<Runnable> steps = new ArrayDeque<>();
  private final Thread atEnd;
  private boolean ended;
  private volatile boolean interrupted;

  /**
   * A teardown with nothing to do yet.
   *
   * @throws IllegalStateException if the JVM is ending already
   */
  public Teardown(String name) {
    this.atEnd = new Thread(this::interrupt, "teardown of " + name);
    Runtime.getRuntime().addShutdownHook(atEnd);
  }

  /**
   * Sets up something that is to be taken down.
   *
   * @param opening quick: an end of the JVM waits for it
   * @param closing never throws when that is over already
   * @throws IllegalStateException if all is being taken down; nothing was set up then
   */
  public synchronized <T> T open(Supplier<T> opening, Consumer<? super T> closing) {
    requireNotEnded();
    T opened = opening.get();
    steps.push(() -> closing.accept(opened));
    return opened;
  }

  /**
   * Runs a step while nothing is taken down.
   *
   * @param step quick: an end of the JVM waits for it
   * @throws IllegalStateException if all is being taken down; the step was not run then
   */
  public synchronized void run(Runnable step) {
    requireNotEnded();
    step.run();
  }

  private void requireNotEnded() {
    if (ended) {
      throw new IllegalStateException("Too late to begin: all is being taken down");
    }
  }

  /** Whether the JVM is ending: then what fails now fails because of that. */
  public boolean interrupted() {
    return interrupted;
  }

  /** Takes all down. Idempotent. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atEnd);
    } catch (IllegalStateException e) {
      // The JVM is ending already, and waits for the hook, which does the same.
      interrupted = true;
    }
    takeDown();
  }

  private void interrupt() {
    interrupted = true;
    takeDown();
  }

  private synchronized void takeDown() {
    ended = true;
    while (!steps.isEmpty()) {
      steps.pop().run();
    }
  }
}
