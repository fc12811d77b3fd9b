/** {@code api-gateway keys}: makes API keys. */
@NullMarked
package io.wideevents.gateway.access.command;

import org.jspecify.annotations.NullMarked;
