/**
 * Who may do what, and how much of it: API keys with scopes, read from a file of hashes, and rate
 * limits per key. Knows no HTTP.
 */
@NullMarked
package io.wideevents.gateway.access;

import org.jspecify.annotations.NullMarked;
