/**
 * {@code api-gateway spool …}: shows, drains or copies the spool of a gateway that is stopped or
 * retired. Each command holds the lock of the directory while it works.
 */
@NullMarked
package io.wideevents.gateway.spool.command;

import org.jspecify.annotations.NullMarked;
