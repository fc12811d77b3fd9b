/**
 * The layout of events in MongoDB: the collection with its indexes, and the idempotent writer that
 * both processes use. Only this package uses the driver.
 */
@NullMarked
package io.wideevents.mongo;

import org.jspecify.annotations.NullMarked;
