/** What the gateway counts, as Prometheus sees it. */
@NullMarked
package io.wideevents.gateway.metrics;

import org.jspecify.annotations.NullMarked;
