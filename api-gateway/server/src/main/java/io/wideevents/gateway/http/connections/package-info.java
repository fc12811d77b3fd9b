/**
 * The connections of the HTTP server: the limits in total and per address, the limits of slow
 * clients, and the choice of the connection to close when a limit is reached.
 */
@NullMarked
package io.wideevents.gateway.http.connections;

import org.jspecify.annotations.NullMarked;
