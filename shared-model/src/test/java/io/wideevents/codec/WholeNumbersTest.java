package io.wideevents.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EventProblem;
import java.math.BigDecimal;
import java.util.Random;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole numbers written as decimals, where the rules of the event ask for a whole number. */
class WholeNumbersTest {
  private static final String EVENT =
      "{\"requestId\":\"r\",\"service\":\"s\",\"route\":\"x\",\"timestamp\":%s,\"user\":{\"id\":%s},"
          + "\"_sampling\":{\"rate\":%s}}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1795341540819.0",
        "1795341540819.00000000000000000000000000000000",
        "1.795341540819E12",
        "1795341540819000e-3"
      })
  void timestamp_isTakenHoweverItsWholeNumberIsWritten(String number) {
    BsonDocument document = document(EVENT.formatted(number, "1", "1"));

    assertThat(document.getDateTime("timestamp").getValue()).isEqualTo(1_795_341_540_819L);
  }

  @Test
  void timestamp_isTakenForAnyMillisecondOfTheRetention() {
    Random random = new Random(4711);
    for (int i = 0; i < 2_000; i++) {
      long millis = Codecs.NOW.toEpochMilli() - random.nextLong(29L * 86_400_000);
      String text =
          switch (i % 3) {
            case 0 -> millis + ".0";
            case 1 -> new BigDecimal(millis).movePointLeft(12) + "E12";
            default -> new BigDecimal(millis).setScale(1 + random.nextInt(9)).toPlainString();
          };

      BsonDocument document = document(EVENT.formatted(text, "1", "1"));

      assertThat(document.getDateTime("timestamp").getValue()).as(text).isEqualTo(millis);
    }
  }

  @Test
  void userIdAndRate_areTakenAndStoredAsWritten() {
    BsonDocument document = document(EVENT.formatted("1795341540819", "4711.0", "10.0"));

    assertThat(document.getDocument("user").getDouble("id").getValue()).isEqualTo(4711);
    assertThat(document.getDocument("_sampling").getDouble("rate").getValue()).isEqualTo(10);
  }

  @ParameterizedTest
  @CsvSource({
    "1795341540819.5, 1, 1, timestamp",
    "17953415408190000e-3, 1, 1, timestamp",
    "1.7e300, 1, 1, timestamp",
    "1e7000, 1, 1, timestamp",
    "1795341540819, 1.5, 1, user.id",
    "1795341540819, 1, 1.5, _sampling.rate",
    "1795341540819, 1, 0.0, _sampling.rate"
  })
  void otherDecimals_areRejected(String timestamp, String id, String rate, String field) {
    assertThat(Codecs.problemsOf(EVENT.formatted(timestamp, id, rate)))
        .extracting(EventProblem::field)
        .contains(field);
  }

  private static BsonDocument document(String event) {
    return LenientIntakeTest.document(Codecs.encode(event));
  }
}
