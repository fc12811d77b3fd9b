package io.wideevents.query.http;

import io.javalin.http.Context;
import io.wideevents.codec.EventJson;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.function.Consumer;
import org.bson.BsonDocument;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/** Writes the JSON objects of replies. */
final class JsonReply {
  static final String MEDIA_TYPE = "application/json";

  private static final JsonFactory JSON =
      JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

  private JsonReply() {}

  /** Sends an object while it is written. If {@code fields} throws, the object stays incomplete. */
  static void send(Context ctx, Consumer<JsonGenerator> fields) {
    ctx.contentType(MEDIA_TYPE);
    write(new ReplyOutput(ctx), fields);
  }

  /** The object in UTF-8. */
  static byte[] object(Consumer<JsonGenerator> fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    write(bytes, fields);
    return bytes.toByteArray();
  }

  static void events(JsonGenerator json, List<? extends BsonDocument> events) {
    json.writeArrayPropertyStart("events");
    events.forEach(event -> EventJson.write(event, json));
    json.writeEndArray();
  }

  @SuppressWarnings("resource") // closing the generator would complete an object that failed
  private static void write(OutputStream out, Consumer<JsonGenerator> fields) {
    JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out);
    json.writeStartObject();
    fields.accept(json);
    json.writeEndObject();
    json.close();
  }
}
