package io.wideevents.query.filter;

import io.wideevents.query.QueryException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.bson.BsonArray;
import org.bson.BsonDocument;

/**
 * The events that a query selects. Text of a caller becomes only a name of a field or a value in
 * the condition, never an operator of MongoDB and never an unescaped part of a regular expression.
 * Immutable.
 */
public final class Filter {
  /** Matches every event. */
  public static final Filter ALL = new Filter(List.of());

  private final List<FilterTerm> terms;

  private Filter(List<FilterTerm> terms) {
    this.terms = terms;
  }

  /**
   * Reads the text of a filter. An empty text matches every event.
   *
   * @throws QueryException {@code filter_invalid}, with the position, if the text does not follow
   *     the grammar
   */
  public static Filter parse(String text) {
    return new Filter(List.copyOf(new FilterReader(text).read()));
  }

  /** Matches the events of the filter; a new document. */
  public BsonDocument condition() {
    return condition("");
  }

  /**
   * Matches documents that contain an event.
   *
   * @param prefix the path of the event with a dot at the end, such as {@code fullDocument.}
   */
  public BsonDocument condition(String prefix) {
    return switch (terms.size()) {
      case 0 -> new BsonDocument();
      case 1 -> terms.getFirst().condition(prefix);
      default ->
          new BsonDocument(
              "$and", new BsonArray(terms.stream().map(term -> term.condition(prefix)).toList()));
    };
  }

  /** The paths of the fields that the filter names, in order. */
  public Set<String> fields() {
    return terms.stream()
        .map(FilterTerm::field)
        .flatMap(Optional::stream)
        .map(QueryField::path)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
