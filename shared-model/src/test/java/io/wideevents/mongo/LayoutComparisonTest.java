package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.mongo.LayoutDifference.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayoutComparisonTest {
  private static final BsonDocument COLLECTION =
      BsonDocument.parse("{name: 'wide_events', type: 'collection', options: {}}");
  private static final List<EventIndex> WANTED =
      List.of(
          new EventIndex(List.of("timestamp"), 3600L, null),
          new EventIndex(List.of("service", "timestamp"), null, null));

  private final List<BsonDocument> listed = new ArrayList<>();

  LayoutComparisonTest() {
    list("{key: {_id: 1}, name: '_id_'}");
    list("{key: {timestamp: 1}, name: 'timestamp_1', expireAfterSeconds: 3600}");
    list("{key: {service: 1, timestamp: 1}, name: 'service_1_timestamp_1'}");
  }

  @Test
  void of_findsNothingWhereAllIsWell() {
    assertThat(compare().differences()).isEmpty();
  }

  @Test
  void of_readsNumbersAsTheShellWritesThem() {
    listed.set(1, parse("{key: {timestamp: 1.0}, name: 'ttl', expireAfterSeconds: 3600.0}"));

    assertThat(compare().differences()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{key: {timestamp: 1, service: 1}, name: 'other'}",
        "{key: {service: 1, timestamp: -1}, name: 'other'}",
        "{key: {service: 1}, name: 'other'}",
        "{key: {service: 'hashed'}, name: 'other'}"
      })
  void of_missesAnIndexWithOtherKeys(String other) {
    listed.set(2, parse(other));

    assertThat(compare().missing()).containsExactly(WANTED.get(1));
    assertThat(kinds()).containsExactly(Kind.INDEX_MISSING);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sparse: true",
        "collation: {locale: 'de'}",
        "partialFilterExpression: {service: 'checkout'}"
      })
  void of_reportsAnIndexWithOtherOptions(String options) {
    listed.set(
        2,
        parse("{key: {service: 1, timestamp: 1}, name: 'service_1_timestamp_1', " + options + "}"));

    assertThat(compare().missing()).isEmpty();
    assertThat(kinds()).containsExactly(Kind.INDEX_DIFFERS);
  }

  @Test
  void of_isContentWithTheRightIndexBesideAnother() {
    list("{key: {service: 1, timestamp: 1}, name: 'german', collation: {locale: 'de'}}");

    assertThat(compare().differences()).isEmpty();
  }

  @Test
  void of_reportsAnIndexThatDeletesWhatItShouldNot() {
    list("{key: {requestId: 1}, name: 'requestId_1', expireAfterSeconds: 60}");

    LayoutComparison comparison =
        LayoutComparison.of(
            COLLECTION,
            listed,
            List.of(WANTED.getFirst(), new EventIndex(List.of("requestId"), null, null)));

    assertThat(comparison.otherExpiry()).isEmpty();
    assertThat(comparison.differences())
        .singleElement()
        .satisfies(
            difference -> {
              assertThat(difference.kind()).isEqualTo(Kind.INDEX_DIFFERS);
              assertThat(difference.message())
                  .contains("requestId_1 deletes events after 60 s, and should not");
            });
  }

  @Test
  void of_tellsBothAgesOfAnotherRetention() {
    listed.set(1, parse("{key: {timestamp: 1}, name: 'ttl', expireAfterSeconds: 604800}"));

    assertThat(compare().otherExpiry())
        .containsExactly(new LayoutComparison.Renewal("ttl", new Expiry.After(604_800), 3_600));
    assertThat(compare().differences())
        .singleElement()
        .satisfies(
            difference -> {
              assertThat(difference.message())
                  .isEqualTo("index ttl deletes events after 7 d, and EVENT_RETENTION is 3600 s");
              assertThat(difference.fix()).contains("EVENT_RETENTION=7d", "log-worker init");
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "expireAfterSeconds: 60 | true",
        "expireAfterSeconds: 0 | true",
        "expireAfterSeconds: 59.5 | true",
        "expireAfterSeconds: 3601 | false",
        "expireAfterSeconds: {$numberDouble: 'NaN'} | false",
        "expireAfterSeconds: {$numberDouble: 'Infinity'} | false",
        "expireAfterSeconds: -1 | false",
        "expireAfterSeconds: {$numberLong: '9223372036854775807'} | false",
        "expireAfterSeconds: '60' | false",
        "hidden: true | false"
      })
  void of_takesForLengtheningOnlyWhatIsCertainlyShorter(String expiry, boolean lengthens) {
    listed.set(1, parse("{key: {timestamp: 1}, name: 'ttl', " + expiry + "}"));

    assertThat(compare().otherExpiry())
        .singleElement()
        .satisfies(renewal -> assertThat(renewal.lengthens()).isEqualTo(lengthens));
    assertThat(kinds()).containsExactly(Kind.RETENTION_DIFFERS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "key: {timestamp: -1}",
        "key: {timestamp: 1}, collation: {locale: 'de'}",
        "key: {timestamp: 1}, partialFilterExpression: {a: 1}"
      })
  void of_reportsAnotherIndexThatDeletesEvents(String other) {
    list("{name: 'other', expireAfterSeconds: 60, " + other + "}");

    assertThat(compare().expiresOtherwise()).isTrue();
    assertThat(compare().differences())
        .singleElement()
        .satisfies(
            difference -> {
              assertThat(difference.kind()).isEqualTo(Kind.OTHER_EXPIRY);
              assertThat(difference.message()).contains("other", "after 60 s");
            });
  }

  @Test
  void of_takesTheIndexOfAClusteredCollectionForWhatItIs() {
    BsonDocument clustered =
        parse(
            "{name: 'wide_events', type: 'collection', options: {expireAfterSeconds: 60,"
                + " clusteredIndex: {v: 2, key: {_id: 1}, unique: true}}}");
    listed.set(0, parse("{key: {_id: 1}, name: '_id_', unique: true, clustered: true}"));

    assertThat(LayoutComparison.of(clustered, listed, WANTED).differences())
        .extracting(LayoutDifference::kind)
        .containsExactly(Kind.OTHER_EXPIRY);
  }

  @ParameterizedTest
  @CsvSource({
    "'{name: ''wide_events'', type: ''timeseries'', options: {}}', a timeseries",
    "'{name: ''wide_events'', type: ''view'', options: {}}', a view",
    "'{name: ''wide_events'', type: ''collection'', options: {capped: true}}', capped"
  })
  void of_looksNoFurtherInAnUnsuitableCollection(String collection, String word) {
    LayoutComparison comparison = LayoutComparison.of(parse(collection), List.of(), WANTED);

    assertThat(comparison.missing()).isEmpty();
    assertThat(comparison.differences())
        .singleElement()
        .satisfies(
            difference -> {
              assertThat(difference.kind()).isEqualTo(Kind.COLLECTION_UNSUITABLE);
              assertThat(difference.message().toLowerCase(Locale.ROOT)).contains(word);
            });
  }

  @Test
  void of_missesEverythingWhereThereIsNoCollection() {
    assertThat(LayoutComparison.of(null, List.of(), WANTED).missing()).isEqualTo(WANTED);
  }

  private LayoutComparison compare() {
    return LayoutComparison.of(COLLECTION, listed, WANTED);
  }

  private List<Kind> kinds() {
    return compare().differences().stream().map(LayoutDifference::kind).toList();
  }

  private void list(String index) {
    listed.add(parse(index));
  }

  private static BsonDocument parse(String json) {
    return BsonDocument.parse(json);
  }
}
