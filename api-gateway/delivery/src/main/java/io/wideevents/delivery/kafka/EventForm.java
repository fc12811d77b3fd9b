package io.wideevents.delivery.kafka;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.event.WireFormat;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the record of an event. The key is the request id, so that the events of a request are in
 * one partition.
 */
record EventForm(String topic) implements RecordForm<EncodedEvent> {
  // Log lines use the name of the public client, which operators know.
  private static final Logger log = LoggerFactory.getLogger(KafkaClient.class);

  private static final byte[] CONTENT_TYPE = WireFormat.JSON_CONTENT_TYPE.getBytes(US_ASCII);
  private static final byte[] SCHEMA =
      Integer.toString(WireFormat.SCHEMA_VERSION).getBytes(US_ASCII);

  @Override
  public ProducerRecord<byte[], byte[]> record(EncodedEvent event) {
    var record =
        new ProducerRecord<byte[], byte[]>(
            topic, event.requestId().getBytes(UTF_8), event.json(Tier.KAFKA));
    Headers headers = record.headers();
    headers.add(WireFormat.CONTENT_TYPE_HEADER, CONTENT_TYPE);
    headers.add(WireFormat.EVENT_ID_HEADER, event.id().toString().getBytes(US_ASCII));
    headers.add(WireFormat.SCHEMA_HEADER, SCHEMA);
    return record;
  }

  @Override
  public void published(EncodedEvent event) {
    log.debug("Published log event to Kafka topic: {}, requestId: {}", topic, event.requestId());
  }
}
