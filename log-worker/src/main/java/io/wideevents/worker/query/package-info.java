/**
 * The commands that read stored events: {@code search}, {@code get}, {@code stats}, {@code tail}
 * and {@code trace}. They are HTTP clients of a gateway's query API and contact neither Kafka nor
 * MongoDB.
 */
@NullMarked
package io.wideevents.worker.query;

import org.jspecify.annotations.NullMarked;
