package io.wideevents.gateway.access;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one keys file. Immutable.
 *
 * @param keys names and hashes differ
 */
record KeySet(List<ApiKey> keys) {

  KeySet {
    keys = List.copyOf(keys);
  }

  /** The key with this hash. Takes as long for any hash, found or not: no early exit. */
  Optional<ApiKey> find(KeyHash hash) {
    @Nullable ApiKey found = null;
    for (ApiKey key : keys) {
      if (key.hash().matches(hash)) {
        found = key;
      }
    }
    return Optional.ofNullable(found);
  }

  Set<String> names() {
    return keys.stream().map(ApiKey::name).collect(Collectors.toUnmodifiableSet());
  }

  /** How many may be used for this. */
  long count(Scope scope) {
    return keys.stream().filter(key -> key.scopes().contains(scope)).count();
  }

  /** Whether the other holds the same lines, in any order. */
  boolean sameAs(KeySet other) {
    return lines().equals(other.lines());
  }

  private Set<String> lines() {
    return keys.stream().map(ApiKey::line).collect(Collectors.toUnmodifiableSet());
  }
}
