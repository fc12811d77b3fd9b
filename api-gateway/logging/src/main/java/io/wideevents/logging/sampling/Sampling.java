package io.wideevents.logging.sampling;

import io.wideevents.event.ContentHash;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * Ordered rules, of which the first that matches decides. An event that none matches is kept.
 *
 * <p>An event is kept when the first 64 bits of SHA-256 of its key, as an unsigned number, are at
 * most (2^64-1)/rate: no random generator is asked, so the same id means the same decision in every
 * service, in any language, and what a rate of 100 keeps a rate of 10 keeps as well. Immutable.
 *
 * @param rules none: sampling is off
 * @param mode whether events are dropped, or only counted as if
 */
public record Sampling(List<SamplingRule> rules, Mode mode) {
  /** Everything is kept and nothing is said about it. */
  public static final Sampling OFF = new Sampling(List.of(), Mode.DROP);

  /** The rule named when no rule matched. */
  public static final String NO_RULE = "none";

  /** What is done with an event that the rules would not keep. */
  public enum Mode {
    DROP,
    /** Kept, with what would have become of it noted in the event. */
    DRY_RUN
  }

  /**
   * What the rules say about an event.
   *
   * @param ruleIndex the rule that decided, in their order; their number when none matched
   * @param rate one kept of so many
   */
  public record Decision(int ruleIndex, String rule, long rate, boolean kept) {}

  public Sampling {
    rules = List.copyOf(rules);
    Objects.requireNonNull(mode, "mode");
  }

  public boolean isOff() {
    return rules.isEmpty();
  }

  /** Decides about a finalized event; does not block. */
  public Decision decide(Candidate event) {
    for (int i = 0; i < rules.size(); i++) {
      SamplingRule rule = rules.get(i);
      if (rule.condition().matches(event)) {
        return new Decision(i, rule.name(), rule.rate(), keeps(rule.rate(), event.key()));
      }
    }
    return new Decision(rules.size(), NO_RULE, 1, true);
  }

  /** Whether an id is among the one of {@code rate} that are kept. */
  static boolean keeps(long rate, String key) {
    if (rate == 1) {
      return true;
    }
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    long hash = ContentHash.of(bytes, 0, bytes.length).high();
    return Long.compareUnsigned(hash, Long.divideUnsigned(-1L, rate)) <= 0;
  }
}
