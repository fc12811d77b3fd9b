/**
 * How events lie in MongoDB: the collection with its indexes, and the one idempotent writer both
 * processes use. The only package that talks to the driver.
 */
@NullMarked
package io.wideevents.mongo;

import org.jspecify.annotations.NullMarked;
