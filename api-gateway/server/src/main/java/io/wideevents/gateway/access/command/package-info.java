/** {@code api-gateway keys}: creates API keys. */
@NullMarked
package io.wideevents.gateway.access.command;

import org.jspecify.annotations.NullMarked;
