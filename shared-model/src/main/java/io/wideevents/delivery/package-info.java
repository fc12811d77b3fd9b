/**
 * The delivery of events. A caller gives events to a {@link io.wideevents.delivery.LoggerPort} with
 * a deadline and gets one outcome per event. The packages below contain the tiers. The path of one
 * event:
 *
 * <pre>
 *   request (HTTP API, or a service that logs in-process)
 *      |   ^
 *      |   |  one DeliveryOutcome per event, by the deadline:
 *      |   |  Durable(tier)   from the first tier that made the event durable
 *      |   |  Refused         from a tier that rejects this event
 *      |   |  NotConfirmed    from no tier in time; sending the event again is safe
 *      v   |
 *   LoggerPort.log (tiers.DeliveryChain; each tier is a LoggerPort as well)
 *      |
 *      v
 *   1. Kafka    (kafka)  --- acknowledged by all in-sync replicas ---&gt; Durable(KAFKA)
 *      |  not confirmed within half of the time, rejected, or circuit open
 *      v
 *   2. MongoDB  (mongo)  --- stored ----------------------------------&gt; Durable(MONGODB)
 *      |                 --- rejected --------------------------------&gt; Refused
 *      |  not confirmed within half of the remaining time, or circuit open
 *      v
 *   3. spool    (spool)  --- synced to the local disk ----------------&gt; Durable(SPOOL)
 *      |                 --- full, or the disk failed ----------------&gt; NotConfirmed
 *      |
 *      v  later, when a tier takes events again
 *   replay (spool): the same chain without the spool
 *      confirmed      the event leaves the spool
 *      not confirmed  the event stays in the spool and is retried
 *      rejected       the event goes to the dead-letter topic (kafka.KafkaDeadLetters);
 *                     without Kafka it stays in the spool
 * </pre>
 *
 * <p>The threads on this path:
 *
 * <pre>
 *   request thread             gives the records to Kafka's producer, and returns
 *   Kafka's sender thread      completes the future of the call with the last acknowledgement
 *   delivery-1, delivery-2     fallback only: give unconfirmed events to the next tier
 *   the JDK's timer thread     completes calls without an answer, in one sweep every 20 ms
 *   kafka-connect              builds the producer, and replaces it after a fatal error
 * </pre>
 *
 * <p>While a circuit is open, the request thread gives the events to the next tier itself.
 *
 * <p>A request is answered when all its events have an outcome. The answer does not wait for the
 * replay.
 */
@NullMarked
package io.wideevents.delivery;

import org.jspecify.annotations.NullMarked;
