package io.wideevents.files;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Waits until watched files hold still: what they say counts once two looks in a row agree. Whoever
 * writes a file in place, or two files one after the other, is not caught in the middle.
 *
 * <p>For one thread.
 *
 * @param <T> what was seen, compared by {@code equals}
 */
public final class SeenTwice<T> {
  private T last;
  private @Nullable T judged;

  /**
   * @param first what is in effect already
   */
  public SeenTwice(T first) {
    this.last = first;
    this.judged = first;
  }

  /**
   * Tells of one look.
   *
   * @param use takes {@code now} into effect; called if {@code now} has settled and was not used
   *     before. If it throws, the next look that has settled is used, whatever it shows
   */
  public void look(T now, Consumer<T> use) {
    boolean settled = now.equals(last);
    last = now;
    if (settled && !now.equals(judged)) {
      // Unknown until it has been used: an error may leave a part of it in effect.
      judged = null;
      use.accept(now);
      judged = now;
    }
  }
}
