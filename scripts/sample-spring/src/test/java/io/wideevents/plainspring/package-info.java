/** A Spring Boot application that knows nothing of wide events, with OpenTelemetry's Java agent. */
@NullMarked
package io.wideevents.plainspring;

import org.jspecify.annotations.NullMarked;
