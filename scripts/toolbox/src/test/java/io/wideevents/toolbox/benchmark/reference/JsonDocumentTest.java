package io.wideevents.toolbox.benchmark.reference;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;

class JsonDocumentTest {
  private final JsonDocument json = new JsonDocument();

  @Test
  void parse_writesEachTypeOfJson() {
    String event =
        """
        {"text": "Zürich", "näme": "", "small": -7, "large": 5000000000, "part": 0.25,
         "yes": true, "no": false, "none": null,
         "object": {"inner": {"deep": 1}}, "list": [1, "two", [], {"three": 3}], "empty": {}}
        """;

    assertThat(withoutId(event)).isEqualTo(BsonDocument.parse(event));
  }

  @Test
  void parse_growsItsBufferForALargeText() {
    String event = "{\"first\": 1, \"text\": \"%s\", \"last\": 2}".formatted("é".repeat(100_000));

    assertThat(withoutId(event)).isEqualTo(BsonDocument.parse(event));
    assertThat(withoutId("{\"after\": 1}")).isEqualTo(BsonDocument.parse("{\"after\": 1}"));
  }

  @Test
  void parse_givesEachDocumentAnId() {
    byte[] event = "{}".getBytes(UTF_8);

    assertThat(json.parse(event).getObjectId("_id")).isNotEqualTo(json.parse(event).get("_id"));
  }

  private BsonDocument withoutId(String event) {
    BsonDocument document = BsonDocument.parse(json.parse(event.getBytes(UTF_8)).toJson());
    document.remove("_id");
    return document;
  }
}
