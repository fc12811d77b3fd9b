package io.wideevents.otlp;

import io.wideevents.codec.EventEncoder;
import java.util.function.LongConsumer;

/**
 * Decodes OTLP bodies into events. Each event is checked by the rules for posted events. Safe for
 * concurrent use; does not block.
 */
public final class OtlpDecoder {
  private final EventEncoder encoder;
  private final SpanEvents spans;
  private final JsonReader json;

  public OtlpDecoder(EventEncoder encoder, SpanSelection selection) {
    this.encoder = encoder;
    this.spans = new SpanEvents(selection, encoder.settings().limits().maxFields());
    this.json = new JsonReader(encoder.settings().limits().maxEventBytes());
  }

  /**
   * Decodes a whole body, already decompressed.
   *
   * @param maxBytes limit of the body and the JSON of its events together
   * @param memory called with a number of bytes before they are used; may throw to end the work.
   *     The bytes are in use as long as the events are
   */
  public OtlpEvents decode(
      byte[] body,
      int length,
      OtlpSignal signal,
      OtlpEncoding encoding,
      int maxBytes,
      LongConsumer memory) {
    MessageReader reader =
        switch (encoding) {
          case PROTOBUF -> new ProtobufReader();
          case JSON -> json;
        };
    Part whole = new Part(body, 0, length);
    return new OtlpBody(encoder, spans, signal, reader, maxBytes, memory).read(whole);
  }
}
