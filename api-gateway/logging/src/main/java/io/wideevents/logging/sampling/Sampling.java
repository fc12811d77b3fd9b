package io.wideevents.logging.sampling;

import io.wideevents.event.ContentHash;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * Ordered sampling rules. The first rule that matches an event decides. An event that no rule
 * matches is kept.
 *
 * <p>An event is kept when the first 64 bits of the SHA-256 of its key, as an unsigned number, are
 * at most (2^64-1)/rate. The decision uses no random numbers. The same id therefore gets the same
 * decision in every service and language, and events that a rate of 100 keeps are kept by a rate of
 * 10 as well. Immutable.
 *
 * @param rules empty: sampling is off
 * @param mode whether events are dropped or only counted
 */
public record Sampling(List<SamplingRule> rules, Mode mode) {
  /** Keeps all events and adds no sampling information to them. */
  public static final Sampling OFF = new Sampling(List.of(), Mode.DROP);

  /** Name of the rule in a decision when no rule matched. */
  public static final String NO_RULE = "none";

  /** What to do with an event that the rules do not keep. */
  public enum Mode {
    DROP,
    /** Keeps the event and records in it what the decision would have been. */
    DRY_RUN
  }

  /**
   * The decision of the rules about an event.
   *
   * @param ruleIndex index of the rule that decided; the number of rules when none matched
   * @param rate one event in this many is kept
   */
  public record Decision(int ruleIndex, String rule, long rate, boolean kept) {}

  public Sampling {
    rules = List.copyOf(rules);
    Objects.requireNonNull(mode, "mode");
  }

  public boolean isOff() {
    return rules.isEmpty();
  }

  /** Decides about a finalized event. Does not block. */
  public Decision decide(Candidate event) {
    for (int i = 0; i < rules.size(); i++) {
      SamplingRule rule = rules.get(i);
      if (rule.condition().matches(event)) {
        return new Decision(i, rule.name(), rule.rate(), keeps(rule.rate(), event.key()));
      }
    }
    return new Decision(rules.size(), NO_RULE, 1, true);
  }

  static boolean keeps(long rate, String key) {
    if (rate == 1) {
      return true;
    }
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    long hash = ContentHash.of(bytes, 0, bytes.length).high();
    return Long.compareUnsigned(hash, Long.divideUnsigned(-1L, rate)) <= 0;
  }
}
