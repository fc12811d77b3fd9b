/** The api-gateway process: its entry point and the construction of its parts. */
@NullMarked
package io.wideevents.gateway;

import org.jspecify.annotations.NullMarked;
