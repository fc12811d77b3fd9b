/**
 * One strict streaming pass from JSON to BSON. The gateway encodes what clients post, and the
 * worker decodes what is in Kafka. Both use the same pass, so that an event becomes the same
 * document in every tier. The logging library composes its events by the same rules, field by
 * field.
 */
@NullMarked
package io.wideevents.codec;

import org.jspecify.annotations.NullMarked;
