package io.wideevents.gateway.files;

import java.util.Optional;

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
  private T judged;

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
   * @return {@code now} if it has settled and was not returned before; else empty
   */
  public Optional<T> look(T now) {
    boolean settled = now.equals(last);
    last = now;
    if (!settled || now.equals(judged)) {
      return Optional.empty();
    }
    judged = now;
    return Optional.of(now);
  }
}
