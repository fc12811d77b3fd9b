package io.wideevents.mongo;

import java.util.List;
import java.util.stream.Stream;

/** The outcome of checking or setting up the events' collection. */
public sealed interface LayoutOutcome {

  /**
   * The server answered.
   *
   * @param changes the changes made, one part of a sentence each; empty if nothing had to or was
   *     allowed to change
   * @param differences the remaining differences after the changes
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
   * The server answered, but this user may not read or change the layout. Storing events may still
   * be allowed.
   *
   * @param fix which right is missing, and how to proceed without it
   */
  record NotAuthorized(String fix, Throwable cause) implements LayoutOutcome {}

  /** The server did not answer in time; try again later. */
  record Unavailable(Throwable cause) implements LayoutOutcome {}
}
