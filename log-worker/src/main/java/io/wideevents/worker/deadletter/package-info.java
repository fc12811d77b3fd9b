/**
 * The dead-letter topic, for records that can never become documents, and the dead-letter circuit
 * breaker, which prevents a faulty deployment from moving all records there.
 */
@NullMarked
package io.wideevents.worker.deadletter;

import org.jspecify.annotations.NullMarked;
