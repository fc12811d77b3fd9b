package io.wideevents.gateway.access;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decides about requests: by their key, and by how many events its owner sent lately. Without keys
 * everybody is admitted, as one anonymous caller.
 *
 * <p>Safe for concurrent use; never blocks.
 */
public final class AccessControl {
  // RFC 6750: the scheme in any case, one or more blanks, a token68.
  private static final Pattern BEARER =
      Pattern.compile("bearer +([A-Za-z0-9._~+/-]+=*)", Pattern.CASE_INSENSITIVE);

  private final Optional<ApiKeys> keys;
  private final RateLimits limits;

  /**
   * @param keys empty to admit everybody
   */
  public AccessControl(Optional<ApiKeys> keys, RateLimits limits) {
    this.keys = keys;
    this.limits = limits;
    keys.ifPresent(source -> source.onChange(changed -> limits.keepOnly(changed.names())));
  }

  /** Admits everybody, any number of events. */
  public static AccessControl open() {
    return new AccessControl(Optional.empty(), RateLimits.none());
  }

  /**
   * Judges a request by its headers alone.
   *
   * @param authorization every {@code Authorization} header; more than one is as bad as none
   */
  public Admission admit(List<String> authorization, Scope needed) {
    if (keys.isEmpty()) {
      return new Admission.Granted(Caller.ANONYMOUS);
    }
    return judge(keys.get(), authorization, needed);
  }

  private static Admission judge(ApiKeys keys, List<String> authorization, Scope needed) {
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
    Caller caller = new Caller(found.get().name());
    return found.get().scopes().contains(needed)
        ? new Admission.Granted(caller)
        : new Admission.ScopeMissing(caller, needed);
  }

  /**
   * Counts events against their sender's limit, before any of them is published.
   *
   * @param events how many the request holds, valid or not
   */
  public RateDecision take(Caller caller, int events) {
    return limits.take(caller, events);
  }
}
