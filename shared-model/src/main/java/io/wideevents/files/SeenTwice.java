package io.wideevents.files;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Waits until watched files are stable: their content is used once two checks in a row agree. This
 * avoids using a file that is being written, or a pair of files of which only one is written yet.
 *
 * <p>Used by one thread.
 *
 * @param <T> what was seen, compared by {@code equals}
 */
public final class SeenTwice<T> {
  private T last;
  private @Nullable T used;

  /**
   * @param first the value in effect
   */
  public SeenTwice(T first) {
    this.last = first;
    this.used = first;
  }

  /**
   * Records the result of one check.
   *
   * @param use puts {@code now} into effect; called if {@code now} is stable and was not used
   *     before. If it throws, the next stable result is used, whatever it is
   */
  public void look(T now, Consumer<T> use) {
    boolean stable = now.equals(last);
    last = now;
    if (stable && !now.equals(used)) {
      // Unknown until it has been used: an error may leave a part of it in effect.
      used = null;
      use.accept(now);
      used = now;
    }
  }
}
