package io.wideevents.codec;

import static io.wideevents.codec.Codecs.encode;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.Tier;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpliceTest {
  private static final String REST =
      "\"requestId\":\"r\",\"service\":\"s\",\"route\":\"GET /\",\"timestamp\":1795341600000";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        // first, last, in the middle, alone on one side
        "{\"_summary\":1,@}                              | {@",
        "{ \"_summary\" : \"x\" , @ }                    | {  @",
        "{@,\"_summary\":[1,{\"a\":\"}\"}]}              | {@",
        "{@ , \"_summary\":null , \"a\":1 }              | {@  , \"a\":1",
        // two fields to cut, apart and side by side
        "{\"_summary\":1,\"eventId\":null,@}             | {@",
        "{\"eventId\":null , \"_summary\":1 , @}         | {  @",
        "{@,\"_summary\":1,\"eventId\":null}             | {@",
        "{\"_summary\":1,@,\"eventId\":null}             | {@",
        "{@,\"eventId\":null,\"a\":1,\"_summary\":1}     | {@,\"a\":1",
        "{\"a\":1,\"eventId\":null,\"_summary\":1,@}     | {\"a\":1,@",
        // beside a value that is replaced
        "{\"password\":1,\"_summary\":1,@}               | {\"password\":\"[REDACTED]\",@",
        "{\"_summary\":1,\"password\":1,@}               | {\"password\":\"[REDACTED]\",@",
        "{@,\"password\":[1],\"_summary\":1}             | {@,\"password\":\"[REDACTED]\"",
        // only the top level is ours
        "{@,\"a\":{\"_summary\":1,\"eventId\":null}}     | {@,\"a\":{\"_summary\":1,\"eventId\":null}"
      })
  void json_leavesNothingOfWhatIsCut(String posted, String kept) {
    byte[] json = encode(posted.strip().replace("@", REST)).json(Tier.KAFKA);

    String text = new String(json, StandardCharsets.UTF_8);
    String ending = text.substring(text.lastIndexOf(",\"eventId\":\""));
    assertThat(text.substring(0, text.length() - ending.length()).stripTrailing())
        .isEqualTo(kept.strip().replace("@", REST).stripTrailing());
    assertThat(ending).contains(",\"_summary\":\"Outcome: EDGE_CASE ").contains(",\"_ingest\":{");
  }
}
