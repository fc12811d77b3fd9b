package io.wideevents.client;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON of a gateway's reply: objects as maps, arrays as lists, numbers as doubles. A
 * small reader, so that a service needs no JSON library for its events.
 */
final class Json {
  private static final int MAX_DEPTH = 32;

  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  /** The object in these bytes; an empty map if they are anything else, or not UTF-8. */
  static Map<String, @Nullable Object> object(byte[] utf8) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
      Json json = new Json(text);
      Object value = json.value(0);
      json.skipSpace();
      return json.at == text.length() ? asObject(value) : Map.of();
    } catch (CharacterCodingException | MalformedException e) {
      return Map.of();
    }
  }

  /** The value if it is an object; else an empty map. */
  static Map<String, @Nullable Object> asObject(@Nullable Object value) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> object) {
      object.forEach((name, field) -> fields.put(String.valueOf(name), field));
    }
    return fields;
  }

  /** The value if it is an array; else an empty list. */
  static List<?> asList(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }

  /** The value if it is a text; else an empty text. */
  static String asText(@Nullable Object value) {
    return value instanceof String text ? text : "";
  }

  /** The value if it is a whole number from 0; else -1. */
  static int asCount(@Nullable Object value) {
    return value instanceof Double number && number >= 0 && number == Math.rint(number)
        ? (int) Math.min(number, Integer.MAX_VALUE)
        : -1;
  }

  private @Nullable Object value(int depth) {
    if (depth > MAX_DEPTH) {
      throw new MalformedException();
    }
    skipSpace();
    return switch (peek()) {
      case '{' -> fields(depth);
      case '[' -> items(depth);
      case '"' -> string();
      case 't' -> literal("true", true);
      case 'f' -> literal("false", false);
      case 'n' -> literal("null", null);
      default -> number();
    };
  }

  private Map<String, @Nullable Object> fields(int depth) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    at++;
    skipSpace();
    if (peek() == '}') {
      at++;
      return fields;
    }
    while (true) {
      skipSpace();
      String name = string();
      skipSpace();
      expect(':');
      fields.put(name, value(depth + 1));
      skipSpace();
      if (peek() == '}') {
        at++;
        return fields;
      }
      expect(',');
    }
  }

  private List<@Nullable Object> items(int depth) {
    List<@Nullable Object> items = new ArrayList<>();
    at++;
    skipSpace();
    if (peek() == ']') {
      at++;
      return items;
    }
    while (true) {
      items.add(value(depth + 1));
      skipSpace();
      if (peek() == ']') {
        at++;
        return items;
      }
      expect(',');
    }
  }

  private String string() {
    expect('"');
    StringBuilder string = new StringBuilder();
    while (peek() != '"') {
      char c = text.charAt(at++);
      string.append(c == '\\' ? escaped() : c);
    }
    at++;
    return string.toString();
  }

  private char escaped() {
    char c = peek();
    at++;
    return switch (c) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case '"', '\\', '/' -> c;
      case 'u' -> unicode();
      default -> throw new MalformedException();
    };
  }

  private char unicode() {
    if (at + 4 > text.length()) {
      throw new MalformedException();
    }
    int code = 0;
    for (int end = at + 4; at < end; at++) {
      int digit = Character.digit(text.charAt(at), 16);
      if (digit < 0) {
        throw new MalformedException();
      }
      code = code * 16 + digit;
    }
    return (char) code;
  }

  private Double number() {
    int start = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    try {
      return Double.valueOf(text.substring(start, at));
    } catch (NumberFormatException e) {
      throw new MalformedException();
    }
  }

  private @Nullable Object literal(String name, @Nullable Object value) {
    if (!text.startsWith(name, at)) {
      throw new MalformedException();
    }
    at += name.length();
    return value;
  }

  private void skipSpace() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private void expect(char c) {
    if (peek() != c) {
      throw new MalformedException();
    }
    at++;
  }

  private char peek() {
    if (at >= text.length()) {
      throw new MalformedException();
    }
    return text.charAt(at);
  }

  private static final class MalformedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedException() {
      super("This is not JSON", null, false, false);
    }
  }
}
