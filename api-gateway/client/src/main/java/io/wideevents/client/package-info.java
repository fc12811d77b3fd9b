/**
 * Delivers a service's wide events to a gateway over HTTP. Needs SLF4J's API and the JDK, and
 * nothing else: no Kafka, no MongoDB, no JSON library. The path of one event:
 *
 * <pre>
 *   request   LoggingService.complete: one queue node, no wait
 *      |
 *      v
 *   thread "logging-delivery": composes the event, and gives a batch to a LoggerPort
 *      |
 *      |-- without a journal: GatewayLogger posts the batch, and retries the same bytes
 *      |
 *      '-- with a journal: JournalLogger syncs the batch to disk
 *             |
 *             v
 *          thread "logging-journal" (JournalSender): posts what the journal holds, oldest first
 * </pre>
 *
 * <p>Both ways end in {@link io.wideevents.client.GatewaySender}. The JDK's HTTP client has one
 * selector thread and a few short-lived threads. All threads are daemons.
 */
@NullMarked
package io.wideevents.client;

import org.jspecify.annotations.NullMarked;
