package io.wideevents.query;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Ends the handling of a query with a problem document (RFC 9457). It is an expected reply: it has
 * no stack trace and is not logged. Contains no event and no credential. Immutable.
 */
public final class QueryException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final int NO_POSITION = -1;

  private final int status;
  private final String code;
  private final String detail;
  private final String fix;
  private final int position;
  private final transient Map<String, String> headers;

  /**
   * @param status HTTP status, 400 to 599
   * @param code stable, snake_case, for programs
   * @param detail what is wrong, for people
   * @param fix what to do about it
   */
  public QueryException(int status, String code, String detail, String fix) {
    this(status, code, detail, fix, NO_POSITION, Map.of());
  }

  private QueryException(
      int status,
      String code,
      String detail,
      String fix,
      int position,
      Map<String, String> headers) {
    super(detail, null, false, false);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.fix = fix;
    this.position = position;
    this.headers = Map.copyOf(headers);
  }

  /** A filter that does not follow the grammar, at a character counted from 0. */
  public static QueryException filterInvalid(int position, String detail, String fix) {
    return new QueryException(400, "filter_invalid", detail, fix).at(position);
  }

  /** A name that cannot be the path of a field. */
  public static QueryException fieldInvalid(String detail, String fix) {
    return new QueryException(400, "field_invalid", detail, fix);
  }

  /** A time range that cannot be read or is empty or too long. */
  public static QueryException rangeInvalid(String detail, String fix) {
    return new QueryException(400, "range_invalid", detail, fix);
  }

  /** A parameter of the address, or a header, whose value cannot be used. */
  public static QueryException parameterInvalid(String detail, String fix) {
    return new QueryException(400, "parameter_invalid", detail, fix);
  }

  /** A body of a request that cannot be used. */
  public static QueryException bodyInvalid(String detail, String fix) {
    return new QueryException(400, "body_invalid", detail, fix);
  }

  /** The same problem, at a character of the filter counted from 0. */
  public QueryException at(int place) {
    return new QueryException(status, code, detail, fix, place, headers);
  }

  /** The same problem with one more header of the response. */
  public QueryException withHeader(String name, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(name, value);
    return new QueryException(status, code, detail, fix, position, more);
  }

  public int status() {
    return status;
  }

  public String code() {
    return code;
  }

  public String detail() {
    return detail;
  }

  public String fix() {
    return fix;
  }

  /** Where the problem is in the filter; empty if it is not at one place. */
  public OptionalInt position() {
    return position == NO_POSITION ? OptionalInt.empty() : OptionalInt.of(position);
  }

  /** Additional headers of the response. */
  public Map<String, String> headers() {
    return headers;
  }
}
