package io.wideevents.toolbox.benchmark.reference;

import io.javalin.Javalin;
import io.javalin.http.Context;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.VoidSerializer;

/**
 * The least that a gateway can do: sends the bytes of a body to Kafka, and answers 202 when the
 * broker has acknowledged them. Reads no event, checks nothing, and has no second tier.
 *
 * <p>Arguments: bootstrap servers, topic.
 */
public final class BareProducer {
  private final Producer<Void, byte[]> producer;
  private final String topic;

  private BareProducer(Producer<Void, byte[]> producer, String topic) {
    this.producer = producer;
    this.topic = topic;
  }

  /** Listens on a free port of 127.0.0.1 until the process ends. */
  public static void main(String[] arguments) {
    Producer<Void, byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", arguments[0], "acks", "all", "linger.ms", 0),
            new VoidSerializer(),
            new ByteArraySerializer());
    BareProducer handler = new BareProducer(producer, arguments[1]);
    Javalin javalin =
        Javalin.create(
                config -> {
                  config.startup.showJavalinBanner = false;
                  config.routes.post("/v1/events", handler::post);
                })
            .start("127.0.0.1", 0);
    System.out.println("Listening on http://127.0.0.1:" + javalin.port());
  }

  private void post(Context context) {
    byte[] body = context.bodyAsBytes();
    context.future(
        () -> {
          CompletableFuture<Void> acknowledged = new CompletableFuture<>();
          var unused = // the callback gets the same outcome
              producer.send(
                  new ProducerRecord<>(topic, body),
                  (metadata, e) -> {
                    if (e == null) {
                      acknowledged.complete(null);
                    } else {
                      acknowledged.completeExceptionally(e);
                    }
                  });
          return acknowledged.thenRun(() -> context.status(202));
        });
  }
}
