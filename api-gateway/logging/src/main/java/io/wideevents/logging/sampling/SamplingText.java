package io.wideevents.logging.sampling;

import io.wideevents.logging.sampling.SamplingRule.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses sampling rules: {@code error=all; slow>500ms=all; route:GET /health*=1/1000; rest=1/10}.
 *
 * <pre>
 * rules     = rule *( ";" rule )            ; line breaks separate as well
 * rule      = condition "=" share
 * condition = "error" / "slow>" number ("ms" / "s")
 *           / "route:" method and template [ "*" ] / "user:" id / "rest"
 * share     = "all" / "1/" number           ; number from 1; no rule drops all events
 * </pre>
 *
 * @param rules the rules that could be parsed
 * @param problems all mistakes in the text, for its author; empty when there is none
 */
public record SamplingText(List<SamplingRule> rules, List<String> problems) {
  private static final int MAX_RULES = 50;
  private static final int MAX_NAME_LENGTH = 100;
  private static final Pattern SLOW = Pattern.compile("slow>(\\d{1,9})(ms|s)");
  private static final Pattern SHARE = Pattern.compile("1/(\\d{1,12})");

  public SamplingText {
    rules = List.copyOf(rules);
    problems = List.copyOf(problems);
  }

  /** Parses the whole text and collects all mistakes. */
  public static SamplingText parse(String text) {
    List<SamplingRule> rules = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    int number = 0;
    for (String part : text.split("[;\\n]", -1)) {
      String rule = part.strip();
      if (rule.isEmpty()) {
        continue;
      }
      number++;
      if (!rules.isEmpty() && rules.getLast().condition() instanceof SamplingRule.Rest) {
        problems.add(
            "rule %d '%s' stands after rest, which leaves nothing".formatted(number, rule));
      }
      parse(rule, number, rules, problems);
    }
    if (number == 0) {
      problems.add("there is no rule in it");
    } else if (number > MAX_RULES) {
      problems.add("%d rules are more than %d".formatted(number, MAX_RULES));
    }
    return new SamplingText(rules, problems);
  }

  private static void parse(
      String rule, int number, List<SamplingRule> rules, List<String> problems) {
    // The last '=', because a route may contain one.
    int equals = rule.lastIndexOf('=');
    if (equals < 0) {
      problems.add("rule %d '%s' has no '=' before its share".formatted(number, rule));
      return;
    }
    String name = rule.substring(0, equals).strip();
    String share = rule.substring(equals + 1).strip();
    Optional<Condition> condition = condition(name);
    Optional<Long> rate = rate(share);
    if (condition.isEmpty()) {
      problems.add(
          "rule %d: '%s' is not one of error, slow>500ms, route:GET /path*, user:id, rest"
              .formatted(number, name));
    } else if (name.length() > MAX_NAME_LENGTH) {
      problems.add(
          "rule %d is longer than %d characters before '='".formatted(number, MAX_NAME_LENGTH));
    }
    if (rate.isEmpty()) {
      problems.add(
          "rule %d: '%s' is neither all nor 1/N; to keep hardly any, say 1/1000000, for only what is"
                  .formatted(number, share)
              + " kept can be counted");
    }
    if (rules.stream().anyMatch(earlier -> earlier.name().equals(name))) {
      problems.add("rule %d: '%s' stands there twice".formatted(number, name));
    }
    if (condition.isPresent() && rate.isPresent()) {
      rules.add(new SamplingRule(name, condition.get(), rate.get()));
    }
  }

  private static Optional<Condition> condition(String text) {
    Matcher slow = SLOW.matcher(text);
    if (slow.matches()) {
      double number = Long.parseLong(slow.group(1));
      return Optional.of(
          new SamplingRule.Slower(slow.group(2).equals("s") ? number * 1000 : number));
    }
    if (text.startsWith("route:") && text.length() > "route:".length()) {
      String route = text.substring("route:".length()).strip();
      boolean openEnd = route.endsWith("*");
      return Optional.of(
          new SamplingRule.OnRoute(
              openEnd ? route.substring(0, route.length() - 1) : route, openEnd));
    }
    if (text.startsWith("user:") && text.length() > "user:".length()) {
      return Optional.of(new SamplingRule.OfUser(text.substring("user:".length()).strip()));
    }
    return switch (text) {
      case "error" -> Optional.of(new SamplingRule.Failed());
      case "rest" -> Optional.of(new SamplingRule.Rest());
      default -> Optional.empty();
    };
  }

  private static Optional<Long> rate(String share) {
    if (share.equals("all")) {
      return Optional.of(1L);
    }
    Matcher matcher = SHARE.matcher(share);
    return matcher.matches() && Long.parseLong(matcher.group(1)) > 0
        ? Optional.of(Long.parseLong(matcher.group(1)))
        : Optional.empty();
  }
}
