package io.wideevents.worker.query;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Takes JSON apart without changing the text of a number.
 *
 * <p>Methods throw a {@link tools.jackson.core.JacksonException} if the text is not JSON.
 */
final class JsonParts {
  private static final JsonFactory JSON = new JsonFactory();

  private JsonParts() {}

  /** The members of an object as JSON texts, by name; empty if the text is not an object. */
  static Map<String, String> members(String object) {
    Map<String, String> members = new LinkedHashMap<>();
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), object)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          members.put(name, copy(parser));
        }
      }
    }
    return members;
  }

  /** The items of an array as JSON texts; empty if the text is not an array. */
  static List<String> items(String array) {
    List<String> items = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), array)) {
      if (parser.nextToken() == JsonToken.START_ARRAY) {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(copy(parser));
        }
      }
    }
    return items;
  }

  /**
   * The values in an object by their paths, such as {@code user.id}: strings without quotes,
   * numbers as written, nothing for null. An array is one value, as JSON text.
   */
  static Map<String, String> flatten(String object) {
    Map<String, String> values = new LinkedHashMap<>();
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), object)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        flatten(parser, "", values);
      }
    }
    return values;
  }

  private static void flatten(JsonParser parser, String prefix, Map<String, String> values) {
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String path = prefix + parser.currentName();
      switch (parser.nextToken()) {
        case START_OBJECT -> flatten(parser, path + ".", values);
        case START_ARRAY -> values.put(path, copy(parser));
        case VALUE_NULL -> values.put(path, "");
        default -> values.put(path, parser.getString());
      }
    }
  }

  /** The part of an object at a path, such as {@code user}, as JSON text; empty without a part. */
  static String at(String object, String path) {
    String part = object;
    for (String name : path.split("\\.", -1)) {
      part = members(part).getOrDefault(name, "");
    }
    return part;
  }

  /** The text of a string in JSON, nothing for null; other values as they are. */
  static String text(String json) {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
      return switch (parser.nextToken()) {
        case VALUE_STRING -> parser.getString();
        case VALUE_NULL -> "";
        default -> json;
      };
    }
  }

  private static String copy(JsonParser parser) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
      json.copyCurrentStructureExact(parser);
    }
    return text.toString();
  }
}
