package io.wideevents.query.http;

import io.javalin.http.Context;
import io.wideevents.query.QueryException;
import io.wideevents.query.TimeRange;
import io.wideevents.query.filter.Filter;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads the parameters of one request. Rejects names that the endpoint does not have. */
final class QueryParameters {
  private final Map<String, List<String>> values;

  /**
   * @param names the parameters of the endpoint
   * @throws QueryException {@code parameter_invalid} for an unknown or a repeated name, or an
   *     address that cannot be decoded
   */
  QueryParameters(Context ctx, String... names) {
    try {
      values = ctx.queryParamMap();
    } catch (IllegalArgumentException e) {
      throw undecodable();
    }
    Set<String> known = new TreeSet<>(Arrays.asList(names));
    values.forEach(
        (name, given) -> {
          if (!known.contains(name)) {
            throw QueryException.parameterInvalid(
                "The request has a parameter that %s does not have".formatted(ctx.endpoint().path),
                known.isEmpty()
                    ? "Leave the parameters out"
                    : "Use only the parameters " + String.join(", ", known));
          }
          if (given.isEmpty()) {
            throw undecodable(); // Javalin leaves such a value out
          }
          if (given.size() > 1) {
            throw QueryException.parameterInvalid(
                "The parameter %s is given %d times".formatted(name, given.size()),
                "Send it once; a filter can have several terms, separated by spaces");
          }
        });
  }

  private static QueryException undecodable() {
    return QueryException.parameterInvalid(
        "The address contains a % that does not begin an escape of two hexadecimal digits",
        "Write %25 for a percent sign");
  }

  @Nullable String text(String name) {
    List<String> given = values.get(name);
    return given == null ? null : given.getFirst();
  }

  String text(String name, String otherwise) {
    String given = text(name);
    return given == null ? otherwise : given;
  }

  Filter filter() {
    return Filter.parse(text("filter", ""));
  }

  TimeRange range(InstantSource clock) {
    return TimeRange.parse(text("from"), text("to"), clock.instant());
  }

  /** A whole number from 1 to {@code most}. */
  int limit(int otherwise, int most) {
    String given = text("limit");
    if (given == null) {
      return otherwise;
    }
    try {
      int limit = Integer.parseInt(given);
      if (limit >= 1 && limit <= most) {
        return limit;
      }
    } catch (NumberFormatException e) {
      // Reported below.
    }
    throw QueryException.parameterInvalid(
        "limit is not a whole number from 1 to " + most, "Send for example limit=" + otherwise);
  }
}
