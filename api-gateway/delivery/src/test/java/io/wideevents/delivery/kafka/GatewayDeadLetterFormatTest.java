package io.wideevents.delivery.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.spool.SpooledEvent;
import io.wideevents.delivery.spool.TestSpools;
import io.wideevents.event.DeadLetterPart;
import io.wideevents.event.StubEvent;
import io.wideevents.kafka.DeadLetterCuts;
import io.wideevents.kafka.RecordText;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Asserts every byte of a gateway's dead letters, because readers of the topic depend on the
 * format.
 */
class GatewayDeadLetterFormatTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-22T10:00:00.123Z"));
  private static final String LONG_ERROR = "x".repeat(99) + "\uD83D\uDE00".repeat(600);

  private final List<DeadLetterPart> cut = new ArrayList<>();
  private final DeadLetterForm form =
      new DeadLetterForm(
          "dlq",
          new EventForm("log-events"),
          new DeadLetterCuts(
              LoggerFactory.getLogger(GatewayDeadLetterFormatTest.class), "dlq", cut::add));

  @Test
  void whole() {
    assertThat(text(event("event 1", "refused_by_database", "error 121"), 0))
        .isEqualTo(
            """
            topic: dlq
            key: <request of event 1>
            value: <{"requestId":"request of event 1","service":"checkout","route":"POST /checkout","timestamp":4102444800000,"text":"event 1","eventId":"03bb2cc3-d800-8484-9ebb-82263f50079b","_ingest":{"hash":"4847aee0898fd401e6cc860a2cb8030a","tier":"spool"}}>
            content-type: <application/json>
            event-id: <03bb2cc3-d800-8484-9ebb-82263f50079b>
            schema: <1>
            dlq-reason: <refused_by_database>
            dlq-error: <error 121>
            dlq-origin: <spool>
            dlq-source-timestamp: <1795341600123>
            dlq-attempts: <1>
            cut: []
            """);
  }

  @Test
  void wholeOfAnEventThatWasSpooledUnderOtherRules() {
    assertThat(text(event("event 1", "undecodable", LONG_ERROR), 0))
        .isEqualTo(
            """
            topic: dlq
            key: <request of event 1>
            value: <{"requestId":"request of event 1","service":"checkout","route":"POST /checkout","timestamp":4102444800000,"text":"event 1","eventId":"03bb2cc3-d800-8484-9ebb-82263f50079b","_ingest":{"hash":"4847aee0898fd401e6cc860a2cb8030a","tier":"spool"}}>
            content-type: <application/json>
            event-id: <03bb2cc3-d800-8484-9ebb-82263f50079b>
            schema: <1>
            dlq-reason: <invalid>
            dlq-error: <xxxxxxxxxxxxxxxxxxx... 1899 bytes, sha256 afb842fab71c4f773d0faea21255af56b613b837a8dd22b149a42d877fdf927d
            dlq-origin: <spool>
            dlq-source-timestamp: <1795341600123>
            dlq-attempts: <0>
            dlq-cut: <error>
            cut: [ERROR]
            """);
  }

  @Test
  void stub() {
    assertThat(text(event("v".repeat(7_000), "refused_by_database", "error 121"), 1))
        .isEqualTo(
            """
            topic: dlq
            key: <request of vvvvvvvv... 2048 bytes, sha256 cff925090b8a53779379e6be0a3ba82062f7b54687732c3e55df47d6e3f76b1a
            value: <{"origin":"spool","... 19160 bytes, sha256 dc54cffc9583cd3b91855747e5401d15e92d6ccd918a0517f1e2827f5e275f61
            dlq-reason: <refused_by_database>
            dlq-error: <error 121>
            dlq-origin: <spool>
            dlq-source-timestamp: <1795341600123>
            dlq-attempts: <1>
            dlq-cut: <value>
            dlq-stub: <true>
            cut: [VALUE]
            """);
  }

  @Test
  void stubWithoutALongKeyAndWithoutTheEndOfTheError() {
    assertThat(text(event("v".repeat(70_000), "id_conflict", LONG_ERROR), 1))
        .isEqualTo(
            """
            topic: dlq
            key: <request of vvvvvvvv... 2048 bytes, sha256 cff925090b8a53779379e6be0a3ba82062f7b54687732c3e55df47d6e3f76b1a
            value: <{"origin":"spool","... 87573 bytes, sha256 7e105850161332ed0c1f4893c9d4935726d48e38266db1d6b3ce2d0054872209
            dlq-reason: <id_conflict>
            dlq-error: <xxxxxxxxxxxxxxxxxxx... 1899 bytes, sha256 afb842fab71c4f773d0faea21255af56b613b837a8dd22b149a42d877fdf927d
            dlq-origin: <spool>
            dlq-source-timestamp: <1795341600123>
            dlq-attempts: <1>
            dlq-cut: <value,error>
            dlq-stub: <true>
            cut: [VALUE, ERROR]
            """);
  }

  @Test
  void smallestStub() {
    assertThat(text(event("event 1", "refused_by_database", "error 121"), 2))
        .isEqualTo(
            """
            topic: dlq
            key: <>
            value: <{"origin":"spool","eventId":"03bb2cc3-d800-8484-9ebb-82263f50079b","keyBytes":18,"valueBytes":241,"sha256":"7a028e24bb941b9ebaabb92d6844817739ae69edbce8068d102049df10d2aa4b","head":""}>
            dlq-reason: <refused_by_database>
            dlq-error: <error 121>
            dlq-origin: <spool>
            dlq-source-timestamp: <1795341600123>
            dlq-attempts: <1>
            dlq-cut: <value,key>
            dlq-stub: <true>
            cut: [VALUE, KEY]
            """);
  }

  @Test
  void smallestStubWithoutTheEndOfTheError() {
    assertThat(text(event("event 1", "undecodable", LONG_ERROR), 3))
        .isEqualTo(
            """
            topic: dlq
            key: <>
            value: <{"origin":"spool","eventId":"03bb2cc3-d800-8484-9ebb-82263f50079b","keyBytes":18,"valueBytes":241,"sha256":"7a028e24bb941b9ebaabb92d6844817739ae69edbce8068d102049df10d2aa4b","head":""}>
            dlq-reason: <invalid>
            dlq-error: <xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx>
            dlq-origin: <spool>
            dlq-source-timestamp: <1795341600123>
            dlq-attempts: <0>
            dlq-cut: <value,key,error>
            dlq-stub: <true>
            cut: [VALUE, KEY, ERROR]
            """);
  }

  private String text(SpooledEvent event, int failures) {
    for (int failure = 0; failure < failures; failure++) {
      var unused =
          form.stubNextTime(
              List.of(event), List.of(new DeliveryOutcome.Refused("refused_by_kafka", "large")));
    }
    String text = RecordText.of(form.record(event));
    form.published(event);
    return text + "cut: " + cut + "\n";
  }

  private SpooledEvent event(String text, String code, String message) {
    return TestSpools.rejected(StubEvent.of("checkout", text), CLOCK.instant(), code, message);
  }
}
