/** The api-gateway process: its entry point and how its parts are put together. */
@NullMarked
package io.wideevents.gateway;

import org.jspecify.annotations.NullMarked;
