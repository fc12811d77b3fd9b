/**
 * One strict streaming pass from JSON to BSON, and the way back for reading. The gateway encodes
 * what clients post, the worker decodes what Kafka holds, and both go through the same pass, so
 * that an event becomes the same document whichever tier carried it.
 */
@NullMarked
package io.wideevents.codec;

import org.jspecify.annotations.NullMarked;
