package io.wideevents.gateway.access;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Who may use the gateway, and how much.
 *
 * @param keysFile hashes of the keys; empty to admit everybody
 * @param rateLimit of each caller; empty for none
 */
public record AccessSettings(Optional<Path> keysFile, Optional<RateLimit> rateLimit) {}
