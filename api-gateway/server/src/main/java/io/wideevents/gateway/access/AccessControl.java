package io.wideevents.gateway.access;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks the API key of a request and the rate limit of its caller. Without keys every request is
 * granted to one anonymous caller.
 *
 * <p>Safe for concurrent use; never blocks.
 */
public final class AccessControl {
  // RFC 6750: the scheme in any case of letters, one or more spaces, a token68.
  private static final Pattern BEARER =
      Pattern.compile("bearer +([A-Za-z0-9._~+/-]+=*)", Pattern.CASE_INSENSITIVE);

  private final Optional<ApiKeys> keys;
  private final RateLimits limits;

  /**
   * @param keys empty to grant every request
   */
  public AccessControl(Optional<ApiKeys> keys, RateLimits limits) {
    this.keys = keys;
    this.limits = limits;
    keys.ifPresent(source -> source.onChange(changed -> limits.keepOnly(changed.names())));
  }

  /** Grants every request and limits no rate. */
  public static AccessControl open() {
    return new AccessControl(Optional.empty(), RateLimits.none());
  }

  /**
   * Checks a request by its headers only.
   *
   * @param authorization all {@code Authorization} headers; more than one counts as no key
   */
  public Admission admit(List<String> authorization, Scope needed) {
    if (keys.isEmpty()) {
      return new Admission.Granted(Caller.ANONYMOUS);
    }
    return check(keys.get(), authorization, needed);
  }

  private static Admission check(ApiKeys keys, List<String> authorization, Scope needed) {
    if (authorization.size() != 1) {
      return new Admission.NoKey();
    }
    Matcher bearer = BEARER.matcher(authorization.getFirst().strip());
    if (!bearer.matches()) {
      return new Admission.NoKey();
    }
    Optional<ApiKey> found = keys.find(KeyHash.of(bearer.group(1)));
    if (found.isEmpty()) {
      return new Admission.UnknownKey();
    }
    Caller caller = new Caller(found.get().name(), found.get().intake());
    return found.get().scopes().contains(needed)
        ? new Admission.Granted(caller)
        : new Admission.ScopeMissing(caller, needed);
  }

  /**
   * Takes events from the caller's rate limit. Call before any of the events is published.
   *
   * @param events number of events in the request, valid or not
   */
  public RateDecision take(Caller caller, int events) {
    return limits.take(caller, events);
  }
}
