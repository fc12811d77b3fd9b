package io.wideevents.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.codec.BodyFormat;
import io.wideevents.codec.BodyResult;
import io.wideevents.codec.EncodeResult;
import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.EventEncoder;
import io.wideevents.gateway.http.EventsReply.Entry;
import io.wideevents.gateway.http.EventsReply.Refused;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyWriterTest {
  private static final int EVENTS = 10_000;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "{}",
        "{",
        "{\"_a\":1,\"_b\":1,\"_c\":1,\"_d\":1,\"_e\":1,\"_f\":1,\"_g\":1,\"_h\":1,\"_i\":1,\"_j\":1}",
        "{\"\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\":{\"a\":1e9999,\"b\":1e9999,\"c\":1e9999}}"
      })
  void write_listsTheFirstHundredRefusedEventsInFullAndBoundsTheReply(String event) {
    EventsReply reply =
        EventsReply.of(true, refused((event + '\n').repeat(EVENTS)), Preferences.NONE);

    byte[] written = new ReplyWriter().write(reply);

    List<Document> entries =
        ReplyJson.events(ReplyJson.parse(new String(written, StandardCharsets.UTF_8)));
    assertThat(entries).hasSize(EVENTS);
    assertThat(entries.subList(0, ReplyWriter.MAX_IN_FULL))
        .allSatisfy(entry -> assertThat(entry).containsKeys("index", "line", "errors"));
    assertThat(entries.subList(ReplyWriter.MAX_IN_FULL, EVENTS))
        .allSatisfy(entry -> assertThat(entry.keySet()).containsExactly("index", "code"));
    assertThat(reply.rejected()).isEqualTo(EVENTS);
    // What an accepted event takes, and what a hundred refused ones take.
    assertThat(written.length).isLessThan(90 * EVENTS);
  }

  private static List<Entry> refused(String ndjson) {
    byte[] body = ndjson.getBytes(StandardCharsets.UTF_8);
    EventEncoder encoder = new EventEncoder(EncoderSettings.DEFAULT, InstantSource.system());
    BodyResult result = encoder.encode(body, body.length, BodyFormat.NDJSON);
    List<Entry> entries = new ArrayList<>();
    for (EncodeResult event : ((BodyResult.Events) result).results()) {
      EncodeResult.Rejected rejected = (EncodeResult.Rejected) event;
      entries.add(new Refused(rejected.line(), rejected.problems()));
    }
    return entries;
  }
}
