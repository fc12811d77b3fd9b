package io.wideevents.codec;

import static io.wideevents.codec.Codecs.NOW;
import static io.wideevents.codec.Codecs.encode;
import static io.wideevents.codec.Codecs.encodeBody;
import static io.wideevents.codec.Codecs.encodeLines;
import static io.wideevents.codec.Codecs.encoded;
import static io.wideevents.codec.Codecs.events;
import static io.wideevents.codec.Codecs.malformed;
import static io.wideevents.codec.Codecs.problems;
import static io.wideevents.codec.Codecs.problemsOf;
import static io.wideevents.event.TestEvents.array;
import static io.wideevents.event.TestEvents.checkout;
import static io.wideevents.event.TestEvents.failedCheckout;
import static io.wideevents.event.TestEvents.minimal;
import static io.wideevents.event.TestEvents.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventProblem;
import io.wideevents.event.Outcome;
import io.wideevents.event.Tier;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventEncoderTest {

  @Test
  void encode_acceptsAnObject() {
    EncodedEvent event = encode(checkout(7, NOW));

    assertThat(event.requestId()).isEqualTo("req-00000007");
    assertThat(event.outcome()).isEqualTo(Outcome.SUCCESS);
  }

  @Test
  void encode_keepsTheOrderOfAnArray() {
    BodyResult result =
        encodeBody(array(List.of(minimal("a", NOW), minimal("b", NOW), minimal("c", NOW))));

    assertThat(events(result))
        .extracting(entry -> encoded(entry).requestId())
        .containsExactly("a", "b", "c");
    assertThat(((BodyResult.Events) result).batch()).isTrue();
  }

  @Test
  void encode_derivesTheSameIdFromTheSameBytes() {
    EncodedEvent first = encode(checkout(1, NOW));
    EncodedEvent again = encode("  [" + checkout(1, NOW) + " ]");
    EncodedEvent other = encode(checkout(2, NOW));

    assertThat(again.id()).isEqualTo(first.id());
    assertThat(other.id()).isNotEqualTo(first.id());
    assertThat(first.document(Tier.KAFKA).derivedId()).isTrue();
  }

  @Test
  void encode_takesTheClientsId() {
    String id = "0192F0C1-2B4D-4F6E-9A1B-2C3D4E5F6071";

    EncodedEvent event =
        encode(minimal("r", NOW).replace("{\"req", "{\"eventId\":\"" + id + "\",\"req"));

    assertThat(event.id().toString()).isEqualToIgnoringCase(id);
    assertThat(event.document(Tier.KAFKA).derivedId()).isFalse();
  }

  @Test
  void json_keepsTheClientsTextAndAddsOurFields() {
    String posted = failedCheckout(3, NOW);

    String json = new String(encode(posted).json(Tier.SPOOL), StandardCharsets.UTF_8);

    assertThat(json)
        .startsWith(posted.substring(0, posted.length() - 1) + ",\"eventId\":\"")
        .contains(
            "\"_summary\":\"Outcome: FAILED Service: checkout Route: POST /api/checkout"
                + " Error: PAYMENT_DECLINED ErrorMessage: The card was declined UserRole: premium"
                + " LatencyBucket: 500-1000\"")
        .endsWith("\"tier\":\"spool\"}}");
  }

  @Test
  void encode_reportsEveryProblemAtOnce() {
    List<EventProblem> problems =
        problemsOf("{\"requestId\":5,\"service\":\" \",\n  \"_id\":1,\"x\":{\"y\":1e9999}}");

    assertThat(problems)
        .extracting(EventProblem::code)
        .containsExactly(
            "wrong_type",
            "blank",
            "reserved_name",
            "number_out_of_range",
            "missing_field",
            "missing_field");
    assertThat(problems.get(3).field()).isEqualTo("x.y");
    assertThat(problems.get(3).position()).isEqualTo(new EventProblem.Position(2, 20));
  }

  @Test
  void encode_saysWhereTheTextIsNotJson() {
    EventProblem problem = malformed(encodeBody("{\"requestId\":\"a\",\n \"b\":tru}"));

    assertThat(problem.code()).isEqualTo("malformed_json");
    assertThat(problem.position()).isEqualTo(new EventProblem.Position(2, 6));
  }

  @Test
  void encode_ofLines_rejectsOnlyTheBadLine() {
    List<EncodeResult> results =
        encodeLines(minimal("a", NOW) + "\r\n\n{\"requestId\":\n" + minimal("b", NOW));

    assertThat(encoded(results.get(0)).requestId()).isEqualTo("a");
    assertThat(((EncodeResult.Rejected) results.get(1)).line()).isEqualTo(3);
    assertThat(problems(results.get(1)).getFirst().code()).isEqualTo("malformed_json");
    assertThat(encoded(results.get(2)).requestId()).isEqualTo("b");
  }

  @Test
  void encode_readsOnlyTheLengthGiven() {
    byte[] body = utf8(minimal("a", NOW) + "}}}}");

    BodyResult result = Codecs.ENCODER.encode(body, body.length - 4, BodyFormat.JSON);

    assertThat(encoded(events(result).getFirst()).requestId()).isEqualTo("a");
  }
}
