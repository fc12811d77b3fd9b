package io.wideevents.logging.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SamplingTest {
  private static final String RULES =
      "error=all; slow>500ms=1/2; route:GET /health*=1/1000; user:42=all; rest=1/10";

  private final Sampling sampling =
      new Sampling(SamplingText.parse(RULES).rules(), Sampling.Mode.DROP);

  @Test
  void decide_takesTheFirstRuleThatMatches() {
    assertThat(rule(new Candidate("k", true, 900, "GET /health/live", "42"))).isEqualTo("error");
    assertThat(rule(new Candidate("k", false, 500.1, "GET /health", "42"))).isEqualTo("slow>500ms");
    assertThat(rule(new Candidate("k", false, 500, "GET /health/live", "42")))
        .isEqualTo("route:GET /health*");
    assertThat(rule(new Candidate("k", false, 1, "GET /cart", "42"))).isEqualTo("user:42");
    assertThat(rule(new Candidate("k", false, 1, "GET /cart", null))).isEqualTo("rest");
  }

  @Test
  void decide_keepsWhatNoRuleMatches() {
    Sampling errorsOnly = new Sampling(SamplingText.parse("error=all").rules(), Sampling.Mode.DROP);

    assertThat(errorsOnly.decide(new Candidate("k", false, 1, "GET /", null)))
        .isEqualTo(new Sampling.Decision(1, Sampling.NO_RULE, 1, true));
  }

  @Test
  void keeps_isTheSameForTheSameIdAndNested() {
    for (int i = 0; i < 10_000; i++) {
      String id = "trace-" + i;
      assertThat(Sampling.keeps(10, id)).isEqualTo(Sampling.keeps(10, id));
      assertThat(Sampling.keeps(100, id) && !Sampling.keeps(10, id)).isFalse();
    }
    // As any other language computes it: sha256("trace-7")[:8] against (2^64-1)/10.
    assertThat(Sampling.keeps(10, "trace-3")).isEqualTo(keepsByHand("trace-3", 10));
  }

  /** Weighted by their rates, the kept events tell how many there were. */
  @Test
  void weightedCount_isWithinThreeSigmaOfTheTruthAndEveryErrorIsKept() {
    Random random = new Random(42);
    Map<String, Long> truth = new HashMap<>();
    Map<String, Double> weighted = new HashMap<>();
    Map<String, Double> variance = new HashMap<>();
    long errors = 0;
    long keptErrors = 0;
    for (int i = 0; i < 200_000; i++) {
      String route = List.of("GET /health", "GET /cart", "POST /checkout").get(random.nextInt(3));
      boolean failed = random.nextInt(100) < 3;
      double millis = StrictMath.exp(4 + 1.2 * random.nextGaussian());
      Candidate event = new Candidate("request-" + i, failed, millis, route, null);

      Sampling.Decision decision = sampling.decide(event);

      errors += failed ? 1 : 0;
      keptErrors += failed && decision.kept() ? 1 : 0;
      truth.merge(route, 1L, Long::sum);
      variance.merge(route, decision.rate() - 1.0, Double::sum);
      if (decision.kept()) {
        weighted.merge(route, (double) decision.rate(), Double::sum);
      }
    }
    assertThat(keptErrors).isEqualTo(errors).isPositive();
    truth.forEach(
        (route, count) -> {
          // Each event is kept with probability 1/N and counts N: its variance is N - 1.
          double sigma = Math.sqrt(variance.get(route));
          assertThat(weighted.get(route) - count).as(route).isBetween(-3 * sigma, 3 * sigma);
          assertThat(sigma / count).isLessThan(0.15);
        });
  }

  @Test
  void parse_readsEveryKindOfRule() {
    SamplingText text = SamplingText.parse("error=all\nslow>2s=1/3;route:GET /a=b=1/4;user:x=all");

    assertThat(text.problems()).isEmpty();
    assertThat(text.rules())
        .containsExactly(
            new SamplingRule("error", new SamplingRule.Failed(), 1),
            new SamplingRule("slow>2s", new SamplingRule.Slower(2000), 3),
            new SamplingRule("route:GET /a=b", new SamplingRule.OnRoute("GET /a=b", false), 4),
            new SamplingRule("user:x", new SamplingRule.OfUser("x"), 1));
  }

  @Test
  void parse_reportsEveryMistake() {
    SamplingText text =
        SamplingText.parse("error; fast=all; rest=none; slow>1s=1/0; error=all; error=all");

    assertThat(text.problems()).hasSize(5);
    assertThat(String.join(" ", text.problems()))
        .contains("rule 1 'error' has no '='", "'fast' is not one of", "'none' is neither")
        .contains("'1/0' is neither", "stands there twice");
    assertThat(SamplingText.parse(" ; ").problems()).hasSize(1);
    assertThat(SamplingText.parse("rest=all; error=all").problems())
        .singleElement()
        .asString()
        .contains("after rest");
  }

  private String rule(Candidate event) {
    return sampling.decide(event).rule();
  }

  private static boolean keepsByHand(String id, long rate) {
    try {
      byte[] digest =
          java.security.MessageDigest.getInstance("SHA-256")
              .digest(id.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      var first = new java.math.BigInteger(1, java.util.Arrays.copyOf(digest, 8));
      var limit =
          java.math.BigInteger.ONE
              .shiftLeft(64)
              .subtract(java.math.BigInteger.ONE)
              .divide(java.math.BigInteger.valueOf(rate));
      return first.compareTo(limit) <= 0;
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
