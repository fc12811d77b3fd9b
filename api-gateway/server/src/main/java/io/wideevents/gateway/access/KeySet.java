package io.wideevents.gateway.access;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one keys file. Immutable.
 *
 * @param keys with distinct names and distinct hashes
 */
record KeySet(List<ApiKey> keys) {

  KeySet {
    keys = List.copyOf(keys);
  }

  /**
   * Returns the key with this hash. Takes the same time for every hash, found or not: there is no
   * early exit.
   */
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

  long count(Scope scope) {
    return keys.stream().filter(key -> key.scopes().contains(scope)).count();
  }

  /** Whether the other set has the same keys, in any order. */
  boolean sameAs(KeySet other) {
    return lines().equals(other.lines());
  }

  private Set<String> lines() {
    return keys.stream().map(ApiKey::line).collect(Collectors.toUnmodifiableSet());
  }
}
