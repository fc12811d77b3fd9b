/** The smallest service with the client: one job, one event. */
@NullMarked
package io.wideevents.sampleclient;

import org.jspecify.annotations.NullMarked;
