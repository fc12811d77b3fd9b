package io.wideevents.query.stats;

import io.wideevents.query.QueryException;
import io.wideevents.query.filter.QueryField;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One calculation of a query.
 *
 * @param name as the caller wrote it, such as {@code p95(duration)}; the name of its result
 * @param field empty for a function of the events themselves
 */
record Calculation(String name, Function function, Optional<QueryField> field) {
  static final Calculation COUNT = new Calculation("count", Function.COUNT, Optional.empty());

  private static final Pattern FORM = Pattern.compile("([a-z0-9_]{1,20})(?:\\((.*)\\))?");

  /**
   * @throws QueryException {@code body_invalid} or {@code field_invalid}
   */
  static Calculation parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw invalid("A calculation does not have the form function(field)");
    }
    Function function =
        Arrays.stream(Function.values())
            .filter(each -> each.label().equals(matcher.group(1)))
            .findFirst()
            .orElseThrow(() -> invalid("A calculation has an unknown function"));
    String field = matcher.group(2);
    if ((field != null) != function.needsField()) {
      throw invalid(function.label() + (field == null ? " has no field" : " takes no field"));
    }
    return new Calculation(text, function, Optional.ofNullable(field).map(QueryField::parse));
  }

  /** The path of the field, of a function that has one. */
  String path() {
    return field.orElseThrow().path();
  }

  private static QueryException invalid(String detail) {
    return QueryException.bodyInvalid(
        detail,
        "Write one of "
            + Arrays.stream(Function.values())
                .map(each -> each.label() + (each.needsField() ? "(field)" : ""))
                .collect(Collectors.joining(", ")));
  }
}
