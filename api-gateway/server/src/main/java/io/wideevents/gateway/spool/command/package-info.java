/**
 * {@code api-gateway spool …}: looks into the spool of a gateway that is stopped or retired,
 * empties it, or takes a copy. Each command holds the directory's lock while it works.
 */
@NullMarked
package io.wideevents.gateway.spool.command;

import org.jspecify.annotations.NullMarked;
