package io.wideevents.toolbox.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.wideevents.toolbox.containers.MonitoringFiles.Alert;
import io.wideevents.toolbox.containers.MonitoringFiles.ScrapeConfig;
import io.wideevents.toolbox.containers.Scrape.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the alert rules take for given of the scrape configurations that the project shows. */
class AlertRulesTest {
  private static final Pattern JOB = Pattern.compile("\\bjob\\s*(?:=~|!~|!=|=)\\s*\"([^\"]*)\"");
  private static final Pattern WINDOW = Pattern.compile("\\[(\\d+)m]");
  private static final Scrape NOTHING = Scrape.of(List.of());

  static List<ScrapeConfig> scrapeConfigs() {
    return MonitoringFiles.scrapeConfigs();
  }

  @ParameterizedTest
  @MethodSource("scrapeConfigs")
  void jobs_thatAlertsNameAreThoseOfEveryScrapeConfiguration(ScrapeConfig config) {
    Set<String> named = new TreeSet<>();
    for (MonitoringFiles.Query query : MonitoringFiles.queries()) {
      Matcher job = JOB.matcher(query.expression());
      while (job.find()) {
        named.add(job.group(1));
      }
    }

    assertThat(config.jobs()).containsAll(named);
  }

  @ParameterizedTest
  @MethodSource("scrapeConfigs")
  void processes_areJobsOfTheirOwn(ScrapeConfig config) {
    assertThat(config.jobs()).containsExactly("api-gateway", "log-worker");
  }

  @ParameterizedTest
  @MethodSource("scrapeConfigs")
  void windows_ofAlertsHoldSeveralScrapes(ScrapeConfig config) {
    for (Alert alert : MonitoringFiles.alerts()) {
      Matcher window = WINDOW.matcher(alert.expression());
      while (window.find()) {
        assertThat(Integer.parseInt(window.group(1)) * 60)
            .as(alert.name())
            .isGreaterThanOrEqualTo(4 * config.intervalSeconds());
      }
    }
  }

  // Annotations of pods, or an operator of Prometheus, give both processes one job of any name.
  @ParameterizedTest
  @MethodSource("jobNames")
  void processThatAnswers_isNotMissingWhateverItsJobIsNamed(String gatewayJob, String workerJob) {
    Scrape scrape =
        Scrape.of(
            List.of(
                new Target(gatewayJob, "a:8080", "wide_events_received_total 0.0\n"),
                new Target(workerJob, "b:8081", "wide_events_consumed_total 0.0\n")));

    assertThat(fires("NoGateway", scrape)).isFalse();
    assertThat(fires("NoWorker", scrape)).isFalse();
  }

  static List<Object[]> jobNames() {
    return List.of(
        new Object[] {"api-gateway", "log-worker"},
        new Object[] {"wide-events", "wide-events"},
        new Object[] {"kubernetes-pods", "kubernetes-pods"});
  }

  @Test
  void processThatDoesNotAnswer_isMissingThoughTheOtherAnswers() {
    Scrape gateway =
        Scrape.of(List.of(new Target("wide-events", "a:8080", "wide_events_received_total 0.0\n")));
    Scrape worker =
        Scrape.of(List.of(new Target("wide-events", "b:8081", "wide_events_consumed_total 0.0\n")));

    assertThat(fires("NoGateway", gateway)).isFalse();
    assertThat(fires("NoWorker", gateway)).isTrue();
    assertThat(fires("NoGateway", worker)).isTrue();
    assertThat(fires("NoWorker", worker)).isFalse();
    assertThat(fires("NoGateway", NOTHING)).isTrue();
  }

  @Test
  void heapOfAnotherJavaProcess_isNotOurs() {
    String heap =
        "jvm_memory_used_bytes{area=\"heap\",id=\"old\"} 95.0\n"
            + "jvm_memory_max_bytes{area=\"heap\",id=\"old\"} 100.0\n"
            + "jvm_memory_max_bytes{area=\"heap\",id=\"eden\"} -1.0\n";
    Scrape foreign = Scrape.of(List.of(new Target("shop", "c:1", heap)));
    Scrape ours =
        Scrape.of(
            List.of(new Target("x", "a:1", heap + "wide_events_build_info{version=\"1\"} 1.0\n")));

    assertThat(fires("HeapNearlyUsed", foreign)).isFalse();
    assertThat(fires("HeapNearlyUsed", ours)).isTrue();
  }

  @Test
  void fallback_ofAGatewayWithoutKafkaIsNoAlert() {
    String page =
        "wide_events_accepted_total{tier=\"mongodb\"} %s\n"
            + "wide_events_accepted_total{tier=\"spool\"} 0.0\n";
    String kafka = "wide_events_tier_up{tier=\"kafka\"} 0.0\n";

    assertThat(fires("FrequentFallback", gateway(page, "0"), gateway(page, "60"))).isFalse();
    assertThat(fires("FrequentFallback", gateway(page + kafka, "0"), gateway(page + kafka, "60")))
        .isTrue();
  }

  @Test
  void slowAnswers_areAnAlert() {
    String page =
        "wide_events_ack_seconds_bucket{tier=\"kafka\",le=\"1.0\"} 0.0\n"
            + "wide_events_ack_seconds_bucket{tier=\"kafka\",le=\"5.0\"} %1$s\n"
            + "wide_events_ack_seconds_bucket{tier=\"kafka\",le=\"+Inf\"} %1$s\n";

    assertThat(fires("AckSlow", gateway(page, "0"), gateway(page, "0"))).isFalse();
    assertThat(fires("AckSlow", gateway(page, "0"), gateway(page, "60"))).isTrue();
  }

  @Test
  void everyQuery_isUnderstood() {
    assertThat(MonitoringFiles.queries())
        .isNotEmpty()
        .allSatisfy(
            query ->
                assertThatCode(() -> PromQl.evaluate(query.expression(), NOTHING, NOTHING))
                    .doesNotThrowAnyException());
  }

  @Test
  void processesThatAreMissing_fireTheRulesForIt() {
    List<String> firing = new ArrayList<>();
    for (Alert alert : MonitoringFiles.alerts()) {
      if (fires(alert.name(), NOTHING)) {
        firing.add(alert.name());
      }
    }

    assertThat(firing).containsExactly("NoGateway", "NoWorker");
  }

  private static Scrape gateway(String page, String count) {
    return Scrape.of(List.of(new Target("api-gateway", "a:8080", page.formatted(count))));
  }

  private static boolean fires(String alert, Scrape now) {
    return fires(alert, now, now);
  }

  private static boolean fires(String alert, Scrape before, Scrape now) {
    return MonitoringFiles.alerts().stream()
        .filter(each -> each.name().equals(alert))
        .anyMatch(each -> !PromQl.evaluate(each.expression(), before, now).isEmpty());
  }
}
