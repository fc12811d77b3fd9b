package io.wideevents.query.stats;

import io.wideevents.codec.EventJson;
import io.wideevents.event.Outcome;
import io.wideevents.query.Numbers;
import io.wideevents.query.filter.QueryField;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes the reply of {@code POST /v1/query}. */
public final class StatsReply {
  /** More digits would come from the arithmetic of doubles only. */
  private static final MathContext DIGITS = new MathContext(15);

  private static final JsonFactory JSON = new JsonFactory();

  private final JsonGenerator json;
  private final StatsResult result;
  private final StatsRequest request;

  private StatsReply(JsonGenerator json, StatsResult result) {
    this.json = json;
    this.result = result;
    this.request = result.request();
  }

  /** The reply as UTF-8 JSON. */
  public static byte[] of(StatsResult result) {
    var bytes = new ByteArrayOutputStream(4096);
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      new StatsReply(json, result).write();
    }
    return bytes.toByteArray();
  }

  private void write() {
    json.writeStartObject();
    json.writeStringProperty("from", request.range().from().toString());
    json.writeStringProperty("to", request.range().to().toString());
    json.writeBooleanProperty("weighted", result.total().isWeighted());
    json.writeName("total");
    values(result.total());
    request.intervals().ifPresent(this::series);
    if (!request.groupBy().isEmpty()) {
      groups();
    }
    result.heatmap().ifPresent(this::heatmap);
    json.writeEndObject();
  }

  private void series(Intervals intervals) {
    json.writeStringProperty("interval", intervals.step().toString());
    json.writeArrayPropertyStart("series");
    for (int i = 0; i < result.series().size(); i++) {
      Totals totals = result.series().get(i);
      json.writeStartObject();
      json.writeStringProperty("at", at(intervals, i));
      json.writeName("values");
      values(totals);
      json.writeObjectPropertyStart("outcomes");
      for (Outcome outcome : Outcome.values()) {
        number(outcome.name(), BigDecimal.valueOf(totals.outcome(outcome)));
      }
      json.writeEndObject();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void groups() {
    List<String> names = List.copyOf(request.groupBy().keySet());
    json.writeArrayPropertyStart("groups");
    for (Map.Entry<GroupKey, Totals> group : result.groups()) {
      BsonDocument key = new BsonDocument();
      for (int g = 0; g < names.size(); g++) {
        key.append(names.get(g), group.getKey().values().get(g));
      }
      json.writeStartObject();
      json.writeName("key");
      json.writeRawValue(new String(EventJson.toBytes(key), StandardCharsets.UTF_8));
      json.writeName("values");
      values(group.getValue());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeBooleanProperty("moreGroups", result.hasMoreGroups());
  }

  private void heatmap(Heatmap heatmap) {
    Intervals intervals = request.intervals().orElseThrow();
    json.writeObjectPropertyStart("heatmap");
    json.writeStringProperty("field", request.heatmap().map(QueryField::path).orElseThrow());
    json.writeStringProperty("interval", intervals.step().toString());
    json.writeArrayPropertyStart("bounds");
    heatmap.bounds().forEach(bound -> json.writeNumber(Numbers.plain(BigDecimal.valueOf(bound))));
    json.writeEndArray();
    json.writeArrayPropertyStart("cells");
    for (Heatmap.Cell cell : heatmap.cells()) {
      json.writeStartObject();
      json.writeStringProperty("at", at(intervals, cell.interval()));
      json.writeNumberProperty("bucket", cell.bucket());
      number("count", BigDecimal.valueOf(cell.count()));
      number("failed", BigDecimal.valueOf(cell.failed()));
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void values(Totals totals) {
    json.writeStartObject();
    for (Calculation calculation : request.calculations()) {
      BigDecimal value = totals.value(calculation);
      boolean isRounded = calculation.function() == Function.AVG;
      number(calculation.name(), value != null && isRounded ? value.round(DIGITS) : value);
    }
    json.writeEndObject();
  }

  private void number(String name, @Nullable BigDecimal value) {
    json.writeName(name);
    if (value == null) {
      json.writeNull();
    } else {
      json.writeNumber(Numbers.plain(value));
    }
  }

  private static String at(Intervals intervals, int index) {
    return intervals.at(index).toString();
  }
}
