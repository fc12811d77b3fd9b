package io.wideevents.gateway.access;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The settings of API keys and rate limits. Immutable.
 *
 * @param keysFile hashes of the keys; empty if no request needs a key
 * @param rateLimit limit of each caller; empty for no limit
 */
public record AccessSettings(Optional<Path> keysFile, Optional<RateLimit> rateLimit) {}
