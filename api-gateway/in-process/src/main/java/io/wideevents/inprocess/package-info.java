/**
 * The delivery chain inside a service: its events go to Kafka, else to MongoDB, else to a spool on
 * the service's disk, without a gateway.
 */
@NullMarked
package io.wideevents.inprocess;

import org.jspecify.annotations.NullMarked;
