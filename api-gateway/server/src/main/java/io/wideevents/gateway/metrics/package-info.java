/** The gateway's metrics, in Prometheus format. */
@NullMarked
package io.wideevents.gateway.metrics;

import org.jspecify.annotations.NullMarked;
