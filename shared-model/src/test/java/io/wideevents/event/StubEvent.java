package io.wideevents.event;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.bson.BsonBinary;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;

/**
 * An event made by hand, for tests of what carries events and does not care how they are encoded.
 *
 * <p>Deterministic: the same arguments give the same id, hash and bytes.
 *
 * @param text plain text that needs no escaping
 * @param service a test lets its database or broker reject events of a service
 */
public record StubEvent(EventId id, ContentHash hash, String requestId, String service, String text)
    implements PostableEvent {

  /** The time all stubs carry: no TTL deletes them while a test looks. */
  public static final Instant TIMESTAMP = Instant.parse("2100-01-01T00:00:00Z");

  private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

  /** Event number {@code n}, of the service {@code checkout}, its id derived from its content. */
  public static StubEvent numbered(int n) {
    return of("checkout", "event " + n);
  }

  /** An event of {@code service}, its id derived from its content. */
  public static StubEvent of(String service, String text) {
    ContentHash hash = hashOf(service, text);
    EventId id = EventId.derive(TIMESTAMP.toEpochMilli(), hash);
    return new StubEvent(id, hash, "request of " + text, service, text);
  }

  /** An event whose id the client chose: two of them may share the id and differ in content. */
  public static StubEvent withId(UUID id, String text) {
    return new StubEvent(
        new EventId(id), hashOf("checkout", text), "request of " + text, "checkout", text);
  }

  /** {@code count} events with consecutive numbers, from 0. */
  public static List<StubEvent> many(int count) {
    return IntStream.range(0, count).mapToObj(StubEvent::numbered).toList();
  }

  private static ContentHash hashOf(String service, String text) {
    byte[] bytes = (service + '\n' + text).getBytes(StandardCharsets.UTF_8);
    return ContentHash.of(bytes, 0, bytes.length);
  }

  @Override
  public Outcome outcome() {
    return Outcome.SUCCESS;
  }

  @Override
  public byte[] postedJson() {
    String json =
        """
        {"requestId":"%s","service":"%s","route":"POST /checkout","timestamp":%d,"text":"%s",\
        "eventId":"%s"}"""
            .formatted(requestId, service, TIMESTAMP.toEpochMilli(), text, id);
    return json.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public byte[] json(Tier tier) {
    String json =
        """
        {"requestId":"%s","service":"%s","route":"POST /checkout","timestamp":%d,"text":"%s",\
        "eventId":"%s","_ingest":{"hash":"%s","tier":"%s"}}"""
            .formatted(requestId, service, TIMESTAMP.toEpochMilli(), text, id, hash, tier.label());
    return json.getBytes(StandardCharsets.UTF_8);
  }

  /** The document on its way to MongoDB. */
  public EventDocument document() {
    return document(Tier.MONGODB);
  }

  @Override
  public EventDocument document(Tier tier) {
    return new EventDocument(id, hash, new RawBsonDocument(body(tier), CODEC));
  }

  @Override
  public int retainedBytes() {
    return 512 + text.length();
  }

  private BsonDocument body(Tier tier) {
    return new BsonDocument("_id", new BsonBinary(id.value()))
        .append("requestId", new BsonString(requestId))
        .append("service", new BsonString(service))
        .append("route", new BsonString("POST /checkout"))
        .append("timestamp", new BsonDateTime(TIMESTAMP.toEpochMilli()))
        .append("text", new BsonString(text))
        .append(
            "_ingest",
            new BsonDocument("hash", new BsonBinary(hash.toBytes()))
                .append("tier", new BsonString(tier.label())));
  }
}
