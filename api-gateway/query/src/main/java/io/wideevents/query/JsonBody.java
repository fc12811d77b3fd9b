package io.wideevents.query;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An object of a request's JSON body, or an object in it. Each method reads one member and throws
 * {@link QueryException} with the code {@code body_invalid} if the member has another form.
 * Immutable.
 */
public final class JsonBody {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final JsonNode object;
  private final String path;

  private JsonBody(JsonNode object, String path) {
    this.object = object;
    this.path = path;
  }

  /**
   * Reads the body, which must be one JSON object. Members with other names are rejected.
   *
   * @throws QueryException {@code body_invalid}
   */
  public static JsonBody parse(byte[] body, Set<String> members) {
    JsonNode read;
    try {
      read = JSON.readTree(body);
    } catch (JacksonException e) {
      throw QueryException.bodyInvalid(
          "The body is not JSON, or an object in it has the same name twice",
          "Send one JSON object");
    }
    return checked(read, "", members);
  }

  /** The object of this name; without the member, an object without members. */
  public JsonBody object(String name, Set<String> members) {
    JsonNode value = member(name);
    return checked(value == null ? JSON.createObjectNode() : value, path + name + ".", members);
  }

  /** The text of this name; empty without the member. A number is read as its text. */
  public Optional<String> text(String name) {
    JsonNode value = member(name);
    if (value == null) {
      return Optional.empty();
    }
    if (value.isString() || value.isIntegralNumber()) {
      return Optional.of(value.asString());
    }
    throw wrong(name, "is not a string", "Send a JSON string");
  }

  /** The texts of the array of this name; empty without the member. */
  public List<String> texts(String name, int atMost) {
    JsonNode value = member(name);
    if (value == null) {
      return List.of();
    }
    Collection<JsonNode> elements = value.isArray() ? value.values() : List.of();
    if (!value.isArray() || !elements.stream().allMatch(JsonNode::isString)) {
      throw wrong(name, "is not an array of strings", "Send a JSON array of strings");
    }
    if (elements.size() > atMost) {
      throw wrong(
          name,
          "has %d elements".formatted(elements.size()),
          "Send at most %d elements".formatted(atMost));
    }
    List<String> texts = new ArrayList<>();
    elements.forEach(element -> texts.add(element.asString()));
    return texts;
  }

  /** The whole number of this name, within the bounds; without the member, {@code otherwise}. */
  public int number(String name, int otherwise, int least, int most) {
    JsonNode value = member(name);
    if (value == null) {
      return otherwise;
    }
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.asInt() < least
        || value.asInt() > most) {
      throw wrong(
          name,
          "is not a whole number from %d to %d".formatted(least, most),
          "Send a number within these bounds, or leave %s out".formatted(path + name));
    }
    return value.asInt();
  }

  /** The problem of one member. */
  public QueryException wrong(String name, String what, String fix) {
    return QueryException.bodyInvalid("%s%s %s".formatted(path, name, what), fix);
  }

  private static JsonBody checked(JsonNode value, String path, Set<String> members) {
    String named = path.isEmpty() ? "The body" : path.substring(0, path.length() - 1);
    String allowed = "Send an object with the members " + String.join(", ", new TreeSet<>(members));
    if (!value.isObject()) {
      throw QueryException.bodyInvalid(named + " is not a JSON object", allowed);
    }
    // The message does not repeat the name, because the name can be long and can contain anything.
    if (!members.containsAll(value.propertyNames())) {
      throw QueryException.bodyInvalid(named + " has an unknown member", allowed);
    }
    return new JsonBody(value, path);
  }

  private @Nullable JsonNode member(String name) {
    JsonNode value = object.get(name);
    return value == null || value.isNull() ? null : value;
  }
}
