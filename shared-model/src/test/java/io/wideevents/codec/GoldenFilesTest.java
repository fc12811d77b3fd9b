package io.wideevents.codec;

import static io.wideevents.codec.Codecs.encode;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The stored forms of events. A change of a file changes what every consumer of the topic and every
 * query reads. Each folder contains one event: as posted, as its Kafka value, as its document in
 * canonical extended JSON, and as the tools show it.
 */
class GoldenFilesTest {
  private static final JsonWriterSettings CANONICAL =
      JsonWriterSettings.builder().outputMode(JsonMode.EXTENDED).indent(true).build();

  @ParameterizedTest
  @ValueSource(strings = {"minimal", "everything", "failed"})
  void encode_givesTheSameBytesAsEver(String name) throws IOException {
    EncodedEvent event = encode(file(name, "posted.json"));

    String value = new String(event.json(Tier.KAFKA), UTF_8);
    String document = event.document(Tier.KAFKA).bson().toJson(CANONICAL);

    assertThat(value).isEqualTo(file(name, "kafka.json").stripTrailing());
    assertThat(document).isEqualTo(file(name, "document.json").stripTrailing());
  }

  private static String file(String folder, String name) throws IOException {
    String path = "golden/" + folder + "/" + name;
    try (InputStream in =
        Objects.requireNonNull(GoldenFilesTest.class.getResourceAsStream(path), path)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
