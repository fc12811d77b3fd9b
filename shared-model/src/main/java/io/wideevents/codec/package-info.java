/**
 * One strict streaming pass from JSON to BSON. The gateway encodes what clients post, and the
 * worker decodes what is in Kafka. Both use the same pass, so that an event becomes the same
 * document in every tier.
 */
@NullMarked
package io.wideevents.codec;

import org.jspecify.annotations.NullMarked;
