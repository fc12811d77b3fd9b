package io.wideevents.mongo;

import java.util.List;
import java.util.stream.Stream;

/** What became of looking at, or after, the events' collection. */
public sealed interface LayoutOutcome {

  /**
   * The server answered.
   *
   * @param changes what was done, one sentence part each; empty when all was well or nothing was to
   *     be changed
   * @param differences what is not as it should be, after the changes
   */
  record Examined(List<String> changes, List<LayoutDifference> differences)
      implements LayoutOutcome {
    public Examined {
      changes = List.copyOf(changes);
      differences = List.copyOf(differences);
    }

    static Examined nothing() {
      return new Examined(List.of(), List.of());
    }

    static Examined changed(String change) {
      return new Examined(List.of(change), List.of());
    }

    static Examined differs(LayoutDifference difference) {
      return new Examined(List.of(), List.of(difference));
    }

    Examined and(Examined other) {
      return new Examined(
          Stream.concat(changes.stream(), other.changes.stream()).toList(),
          Stream.concat(differences.stream(), other.differences.stream()).toList());
    }
  }

  /**
   * The server is there, but this user may not look or not change. Events may be storable all the
   * same.
   *
   * @param fix which right is missing, and who else could do it
   */
  record NotAuthorized(String fix, Throwable cause) implements LayoutOutcome {}

  /** The server gave no answer in time; try again later. */
  record Unavailable(Throwable cause) implements LayoutOutcome {}
}
