/**
 * The connections of the HTTP server: how many there may be, in total and of one address, how slow
 * their clients may be, and which one is closed when a limit is reached.
 */
@NullMarked
package io.wideevents.gateway.http.connections;

import org.jspecify.annotations.NullMarked;
