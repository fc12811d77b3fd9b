package io.wideevents.query.search;

import com.mongodb.client.model.Aggregates;
import io.wideevents.query.QueryException;
import io.wideevents.query.TimeRange;
import io.wideevents.query.filter.Filter;
import io.wideevents.query.filter.QueryField;
import io.wideevents.query.store.EventStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBinarySubType;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * The fields and values of the newest events that match a filter, as suggestions for a person who
 * types.
 *
 * <p>Blocks as {@link EventStore} does. Belongs to one request.
 */
public final class FieldSample {
  private static final int MAX_EVENTS = 1000;
  private static final int MAX_BYTES = 32 * 1024 * 1024;
  private static final int MAX_FIELDS = 2000;
  private static final int MAX_COUNTED_VALUES = 100;
  private static final int MAX_DIFFERENT_VALUES = 10_000;
  private static final int MAX_TEXT = 256;
  private static final int VALUE_BYTES = 150;

  private final EventStore.Reads reads;

  /**
   * One field.
   *
   * @param types the names of the JSON types of its values; {@code time} for a date
   * @param events number of sampled events that have it
   * @param values number of different values, at most 100
   */
  public record Field(String name, Set<String> types, int events, int values) {}

  /**
   * The fields of the sampled events.
   *
   * @param sampled number of events that were read
   * @param fields the most frequent first
   */
  public record Fields(int sampled, List<Field> fields) {}

  /** One value, and the number of sampled events that have it. */
  public record Value(BsonValue value, int count) {}

  /**
   * The values of a field.
   *
   * @param sampled number of events with the field that were read
   * @param values the most frequent first
   */
  public record Values(int sampled, List<Value> values) {}

  public FieldSample(EventStore.Reads reads) {
    this.reads = reads;
  }

  /**
   * The fields whose name begins with {@code prefix}. Reads the newest 1 000 events that match, and
   * at most 32 MiB.
   */
  public Fields fields(Filter filter, TimeRange range, String prefix) {
    Walk walk = new Walk(prefix);
    int sampled = forEach(newest(filter, range, null), walk::add);
    List<Field> found =
        walk.fields.entrySet().stream()
            .map(entry -> entry.getValue().field(entry.getKey()))
            .sorted(Comparator.comparingInt(Field::events).reversed().thenComparing(Field::name))
            .toList();
    return new Fields(sampled, found);
  }

  /**
   * The values of a field that begin with {@code prefix}, in upper or lower case. Reads the newest
   * 1 000 events that match and have the field.
   */
  public Values values(QueryField field, Filter filter, TimeRange range, String prefix, int limit) {
    Map<BsonValue, Integer> counts = new HashMap<>();
    String wanted = prefix.toLowerCase(Locale.ROOT);
    int sampled =
        forEach(
            newest(filter, range, field),
            event -> {
              Set<BsonValue> ofEvent = new HashSet<>();
              leaves(event, List.of(field.path().split("\\.")), 0, ofEvent);
              for (BsonValue value : ofEvent) {
                if (text(value).toLowerCase(Locale.ROOT).startsWith(wanted)) {
                  count(counts, value);
                }
              }
            });
    return new Values(
        sampled,
        counts.entrySet().stream()
            .map(entry -> new Value(entry.getKey(), entry.getValue()))
            .sorted(
                Comparator.comparingInt(Value::count)
                    .reversed()
                    .thenComparing(value -> text(value.value())))
            .limit(limit)
            .toList());
  }

  private void count(Map<BsonValue, Integer> counts, BsonValue value) {
    if (counts.containsKey(value)) {
      counts.merge(value, 1, Integer::sum);
    } else if (counts.size() < MAX_DIFFERENT_VALUES) {
      reads.reserve(VALUE_BYTES + text(value).length());
      counts.put(value, 1);
    }
  }

  private int forEach(List<Bson> pipeline, Consumer<RawBsonDocument> each) {
    int[] sampled = {0};
    int[] bytes = {0};
    reads.forEachWhile(
        pipeline,
        event -> {
          each.accept(event);
          sampled[0]++;
          bytes[0] += event.getByteBuffer().remaining();
          return bytes[0] < MAX_BYTES;
        });
    return sampled[0];
  }

  /**
   * @param only the field that an event must have, and the only one to read; null for all fields
   */
  private static List<Bson> newest(Filter filter, TimeRange range, @Nullable QueryField only) {
    List<BsonDocument> conditions = new ArrayList<>(List.of(range.condition(), filter.condition()));
    if (only != null) {
      conditions.add(new BsonDocument(only.path(), new BsonDocument("$exists", BsonBoolean.TRUE)));
    }
    List<Bson> pipeline = new ArrayList<>();
    pipeline.add(Aggregates.match(new BsonDocument("$and", new BsonArray(conditions))));
    pipeline.add(Aggregates.sort(new BsonDocument("timestamp", SearchOrder.DESC.direction())));
    pipeline.add(Aggregates.limit(MAX_EVENTS));
    if (only != null) {
      pipeline.add(Aggregates.project(new BsonDocument(only.path(), new BsonInt32(1))));
    }
    return pipeline;
  }

  /** Adds the values at the path, also those in arrays. */
  private static void leaves(BsonValue value, List<String> path, int depth, Set<BsonValue> found) {
    if (value.isArray()) {
      value.asArray().forEach(element -> leaves(element, path, depth, found));
    } else if (depth == path.size()) {
      if (isListed(value)) {
        found.add(value);
      }
    } else if (value.isDocument()) {
      BsonValue next = value.asDocument().get(path.get(depth));
      if (next != null) {
        leaves(next, path, depth + 1, found);
      }
    }
  }

  /** Whether the value can be compared with a value of the filter, and is short. */
  private static boolean isListed(BsonValue value) {
    return switch (value.getBsonType()) {
      case STRING -> value.asString().getValue().length() <= MAX_TEXT;
      case BINARY -> isUuid(value.asBinary());
      case INT32, INT64, DOUBLE, DECIMAL128, BOOLEAN, DATE_TIME, NULL -> true;
      default -> false;
    };
  }

  private static boolean isUuid(BsonBinary binary) {
    return binary.getType() == BsonBinarySubType.UUID_STANDARD.getValue()
        && binary.getData().length == 16;
  }

  private static String text(BsonValue value) {
    return switch (value.getBsonType()) {
      case STRING -> value.asString().getValue();
      case INT32 -> Integer.toString(value.asInt32().getValue());
      case INT64 -> Long.toString(value.asInt64().getValue());
      case DOUBLE -> Double.toString(value.asDouble().getValue());
      case DECIMAL128 -> value.asDecimal128().getValue().toString();
      case BOOLEAN -> Boolean.toString(value.asBoolean().getValue());
      case DATE_TIME -> Instant.ofEpochMilli(value.asDateTime().getValue()).toString();
      case BINARY -> isUuid(value.asBinary()) ? value.asBinary().asUuid().toString() : "";
      default -> "null";
    };
  }

  private static String type(BsonType type) {
    return switch (type) {
      case INT32, INT64, DOUBLE, DECIMAL128 -> "number";
      case BOOLEAN -> "boolean";
      case NULL -> "null";
      case DATE_TIME -> "time";
      case DOCUMENT -> "object";
      default -> "string";
    };
  }

  /** What is known of one field. */
  private static final class Seen {
    private final Set<String> types = new TreeSet<>();
    // A value can be long, and the number of different ones need not be exact.
    private final Set<Integer> hashes = new HashSet<>();
    private int events;
    private int lastEvent = -1;

    Field field(String path) {
      return new Field(new QueryField(path).shown(), types, events, hashes.size());
    }
  }

  /** The fields of the sampled events. */
  private final class Walk {
    private final String prefix;
    private final Map<String, Seen> fields = new HashMap<>();
    // An array can have a hundred thousand elements.
    private final Set<String> others = new HashSet<>();
    private int event;

    Walk(String prefix) {
      this.prefix = prefix;
    }

    void add(BsonDocument read) {
      event++;
      document("", read);
    }

    private void document(String path, BsonDocument document) {
      document.forEach((name, value) -> value(path.isEmpty() ? name : path + "." + name, value));
    }

    private void value(String path, BsonValue value) {
      if (value.isDocument() && !value.asDocument().isEmpty()) {
        document(path, value.asDocument());
      } else if (value.isArray()) {
        value.asArray().forEach(element -> value(path, element));
      } else if (!value.isBinary() || isUuid(value.asBinary())) {
        leaf(path, value);
      }
    }

    private void leaf(String path, BsonValue value) {
      Seen seen = fields.get(path);
      if (seen == null) {
        if (fields.size() >= MAX_FIELDS || others.contains(path)) {
          return;
        }
        reads.reserve(VALUE_BYTES + path.length());
        if (!isSearchable(path)) {
          others.add(path);
          return;
        }
        seen = new Seen();
        fields.put(path, seen);
      }
      seen.types.add(type(value.getBsonType()));
      if (seen.lastEvent != event) {
        seen.lastEvent = event;
        seen.events++;
      }
      if (seen.hashes.size() < MAX_COUNTED_VALUES && seen.hashes.add(value.hashCode())) {
        reads.reserve(VALUE_BYTES);
      }
    }

    private boolean isSearchable(String path) {
      try {
        return new QueryField(path).shown().startsWith(prefix);
      } catch (QueryException e) {
        // No filter can name the field.
        return false;
      }
    }
  }
}
