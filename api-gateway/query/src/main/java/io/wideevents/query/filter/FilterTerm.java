package io.wideevents.query.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonRegularExpression;
import org.bson.BsonValue;

/** One term of a filter. */
sealed interface FilterTerm {

  /** The condition of the term, with {@code prefix} before the path of its field. */
  BsonDocument condition(String prefix);

  /** The field that the filter names; empty for words of the summary. */
  Optional<QueryField> field();

  /** The field has one of the values. */
  record Values(QueryField named, List<FilterValue> values) implements FilterTerm {
    @Override
    public BsonDocument condition(String prefix) {
      List<BsonDocument> alternatives =
          values.stream()
              .map(value -> new BsonDocument(prefix + named.path(), value.condition()))
              .toList();
      return alternatives.size() == 1
          ? alternatives.getFirst()
          : new BsonDocument("$or", new BsonArray(alternatives));
    }

    /** Joins equal values, for which MongoDB searches its index once. */
    static Values of(QueryField named, List<FilterValue> values) {
      List<BsonValue> equal = new ArrayList<>();
      List<FilterValue> others = new ArrayList<>();
      for (FilterValue value : values) {
        if (value instanceof FilterValue.OneOf one) {
          equal.addAll(one.values());
        } else {
          others.add(value);
        }
      }
      if (!equal.isEmpty()) {
        others.addFirst(new FilterValue.OneOf(equal));
      }
      return new Values(named, List.copyOf(others));
    }

    @Override
    public Optional<QueryField> field() {
      return Optional.of(named);
    }
  }

  /** The event has the field. */
  record Has(QueryField named) implements FilterTerm {
    @Override
    public BsonDocument condition(String prefix) {
      return new BsonDocument(prefix + named.path(), new BsonDocument("$exists", BsonBoolean.TRUE));
    }

    @Override
    public Optional<QueryField> field() {
      return Optional.of(named);
    }
  }

  /** The summary contains the text, in upper or lower case. */
  record Words(String text) implements FilterTerm {
    @Override
    public BsonDocument condition(String prefix) {
      return new BsonDocument(
          prefix + "_summary", new BsonRegularExpression(Characters.escaped(text), "i"));
    }

    @Override
    public Optional<QueryField> field() {
      return Optional.empty();
    }
  }

  /** The other term does not match. */
  record Not(FilterTerm term) implements FilterTerm {
    @Override
    public BsonDocument condition(String prefix) {
      return new BsonDocument("$nor", new BsonArray(List.of(term.condition(prefix))));
    }

    @Override
    public Optional<QueryField> field() {
      return term.field();
    }
  }
}
