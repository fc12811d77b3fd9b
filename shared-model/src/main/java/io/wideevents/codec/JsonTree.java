package io.wideevents.codec;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * A JSON value that a lenient intake may change. Values that are not changed keep their text, so no
 * number or text is altered. Not safe for concurrent use.
 */
sealed interface JsonTree {
  void writeTo(ByteArrayOutputStream out);

  /** Nesting of objects and arrays; 0 for a value that has none. */
  default int height() {
    return switch (this) {
      case Node node -> 1 + highest(node.fields().values());
      case Items items -> 1 + highest(items.items());
      case Scalar scalar -> 0;
    };
  }

  private static int highest(Collection<JsonTree> values) {
    return values.stream().mapToInt(JsonTree::height).max().orElse(0);
  }

  /** An object. Of several fields with one name it has the last. */
  record Node(Map<String, JsonTree> fields) implements JsonTree {
    Node() {
      this(new LinkedHashMap<>());
    }

    @Override
    public void writeTo(ByteArrayOutputStream out) {
      String before = "{";
      for (Map.Entry<String, JsonTree> field : fields.entrySet()) {
        StringBuilder name = new StringBuilder(before);
        JsonText.appendQuoted(name, field.getKey());
        out.writeBytes(name.append(':').toString().getBytes(StandardCharsets.UTF_8));
        field.getValue().writeTo(out);
        before = ",";
      }
      out.writeBytes(Utf8.ascii(fields.isEmpty() ? "{}" : "}"));
    }
  }

  /** An array. */
  record Items(List<JsonTree> items) implements JsonTree {
    @Override
    public void writeTo(ByteArrayOutputStream out) {
      out.write('[');
      for (int i = 0; i < items.size(); i++) {
        if (i > 0) {
          out.write(',');
        }
        items.get(i).writeTo(out);
      }
      out.write(']');
    }
  }

  /**
   * A text, number, boolean or null; or an array or object that nests too deep to be read.
   *
   * @param token the first token
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Scalar(byte[] bytes, int from, int to, JsonToken token) implements JsonTree {
    static Scalar text(String text) {
      StringBuilder json = new StringBuilder(text.length() + 2);
      JsonText.appendQuoted(json, text);
      byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
      return new Scalar(bytes, 0, bytes.length, JsonToken.VALUE_STRING);
    }

    boolean isNull() {
      return token == JsonToken.VALUE_NULL;
    }

    /** The text, or the number as it is written. */
    String content() {
      try (JsonParser parser = JsonText.parser(bytes, from, to)) {
        parser.nextToken();
        return parser.getString();
      }
    }

    @Override
    public void writeTo(ByteArrayOutputStream out) {
      out.write(bytes, from, to - from);
    }
  }

  /** Reads one value. Recursion is limited by {@code maxDepth}. */
  final class Reader {
    private final EventText text;
    private final JsonParser parser;
    private final int maxDepth;
    private final Consumer<String> duplicates;

    /**
     * @param maxDepth deeper values keep their text
     * @param duplicates receives each name that occurs once more in its object
     */
    Reader(EventText text, int maxDepth, Consumer<String> duplicates) {
      this.text = text;
      this.parser = text.parser();
      this.maxDepth = maxDepth;
      this.duplicates = duplicates;
    }

    /** Reads an object at a depth from 1; the parser is at its opening brace. */
    Node object(int depth) {
      Node node = new Node();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        if (node.fields.put(name, value(parser.nextToken(), depth + 1)) != null) {
          duplicates.accept(name);
        }
      }
      return node;
    }

    private JsonTree value(JsonToken token, int depth) {
      if (token == JsonToken.START_OBJECT && depth <= maxDepth) {
        return object(depth);
      }
      if (token == JsonToken.START_ARRAY && depth <= maxDepth) {
        List<JsonTree> items = new ArrayList<>();
        for (JsonToken item = parser.nextToken();
            item != JsonToken.END_ARRAY;
            item = parser.nextToken()) {
          items.add(value(item, depth + 1));
        }
        return new Items(items);
      }
      int from = text.offset(parser.currentTokenLocation());
      parser.skipChildren();
      parser.finishToken();
      return new Scalar(text.bytes(), from, text.offset(parser.currentLocation()), token);
    }
  }
}
