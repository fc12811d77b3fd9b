package io.wideevents.codec;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Calendar;
import java.util.Currency;
import java.util.Date;
import java.util.Locale;
import java.util.TimeZone;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The text of JDK values that are represented by one text: dates, times, ids, addresses. Instants
 * are in UTC, as ISO 8601: {@code 2026-11-22T10:00:00Z}. The user and the password in a URI or URL
 * are masked.
 */
final class JdkText {
  private static final String MASK = "***";

  private JdkText() {}

  /**
   * The text of a value. May run code of the service if the class is not final.
   *
   * @return null if the value is of another kind
   */
  static @Nullable String of(Object value) {
    return switch (value) {
      case UUID id -> id.toString();
      case Character character -> character.toString();
      case Date date -> date(date);
      // The zone is left out, so that events sort by the text.
      case Calendar calendar -> Instant.ofEpochMilli(calendar.getTimeInMillis()).toString();
      case FileTime time -> time.toString();
      case TimeZone zone -> zone.getID();
      case Locale locale -> locale.toString();
      case Currency currency -> currency.toString();
      case URI uri -> withoutUserInfo(uri.toString());
      // toString of these classes does not query a name server; equals and hashCode may.
      case URL url -> withoutUserInfo(url.toString());
      case InetAddress address -> address.toString();
      case InetSocketAddress address -> address.toString();
      case Path path -> path.toString();
      default ->
          value.getClass().getName().startsWith("java.time.")
                  || extendsClass(value, "javax.xml.datatype.XMLGregorianCalendar")
                  || extendsClass(value, "javax.xml.datatype.Duration")
              ? value.toString()
              : null;
    };
  }

  /**
   * The field name for the key of a map: the key's text, masked like a value if the key is no text.
   */
  static String name(@Nullable Object key) {
    String text = String.valueOf(key);
    String masked = key instanceof CharSequence ? text : withoutUserInfo(text);
    return masked == null ? "null" : masked;
  }

  /**
   * Masks the text before the {@code @} of an authority, also of an address inside the address: in
   * {@code jdbc:…}, or in a query.
   */
  private static @Nullable String withoutUserInfo(@Nullable String address) {
    if (address == null || address.indexOf('@') < 0) {
      return address;
    }
    StringBuilder masked = new StringBuilder();
    int copied = 0;
    int slashes = address.indexOf("//");
    while (slashes >= 0) {
      int start = slashes + 2;
      int end = start;
      int at = -1;
      while (end < address.length() && "/?#".indexOf(address.charAt(end)) < 0) {
        if (address.charAt(end) == '@') {
          at = end;
        }
        end++;
      }
      // Before the slashes is a scheme, or the container or parameter of the address.
      boolean isAuthority = slashes == 0 || ":=[{(, ".indexOf(address.charAt(slashes - 1)) >= 0;
      if (isAuthority && at >= 0) {
        masked.append(address, copied, start).append(MASK);
        copied = at;
      }
      slashes = address.indexOf("//", end);
    }
    return masked.append(address, copied, address.length()).toString();
  }

  /** The text of a date, or of one of its subclasses in the separate module {@code java.sql}. */
  @SuppressWarnings("JavaUtilDate")
  private static String date(Date date) {
    // These two are a day and a time of day in the zone of the process, not an instant.
    if (extendsClass(date, "java.sql.Date") || extendsClass(date, "java.sql.Time")) {
      return date.toString();
    }
    // With nanoseconds.
    return extendsClass(date, "java.sql.Timestamp")
        ? date.toInstant().toString()
        : Instant.ofEpochMilli(date.getTime()).toString();
  }

  private static boolean extendsClass(Object value, String name) {
    for (Class<?> each = value.getClass(); each != null; each = each.getSuperclass()) {
      if (each.getName().equals(name)) {
        return true;
      }
    }
    return false;
  }
}
