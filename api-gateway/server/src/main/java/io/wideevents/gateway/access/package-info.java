/**
 * API keys with scopes, read from a file of hashes, and rate limits per key. Does not depend on
 * HTTP.
 */
@NullMarked
package io.wideevents.gateway.access;

import org.jspecify.annotations.NullMarked;
