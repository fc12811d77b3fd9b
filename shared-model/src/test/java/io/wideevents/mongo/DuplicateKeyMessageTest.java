package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoNamespace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DuplicateKeyMessageTest {
  private static final MongoNamespace EVENTS = new MongoNamespace("db", "events");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          _id_      | index: _id_ dup key: { _id: UUID("00000000-0000-8000-8000-000000000001") }
          _id_      | index: _id_ dup key: { : BinData(4, 00000000000000000000000000000001) }
          _id_      | index: _id_ collation: { locale: "en", strength: 2 } dup key: { _id: 1 }
          _id_      | index: _id_
          note_1    | index: note_1 dup key: { note: "x index: _id_ dup key: { _id: 1 }" }
          note_1    | index: note_1 collation: { locale: "de" } dup key: { note: "0x29 index: _id_ " }
          _id_x     | index: _id_x dup key: { x: 1, y: "index: _id_ " }
          a_1_b_1   | index: a_1_b_1 dup key: { a: "collation: ", b: " index: _id_ dup key: " }
          by trace  | index: by trace dup key: { traceId: null }
          """)
  void indexName_readsTheServersPartOnly(String expected, String tail) {
    String message = "E11000 duplicate key error collection: db.events " + tail;

    assertThat(DuplicateKeyMessage.indexName(message, EVENTS)).contains(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "E11000 duplicate key error",
        "E11000 duplicate key error collection: db.events",
        "E11000 duplicate key error collection: db.events dup key: { _id: \" index: _id_ \" }",
        "E11000 duplicate key error collection: db.events Failed _id or unique key constraint",
        "E11000 duplicate key error collection: db.events. Failed _id or unique index constraint.",
        "E11000 duplicate key error collection: db.other index: _id_ dup key: { _id: 1 }",
        "E11000 duplicate key error index: db.events.$_id_ dup key: { : 1 }",
        "Duplicate key violation on the requested collection: Index '_id_'"
      })
  void indexName_isUnknownWhereTheServerDoesNotName(String message) {
    assertThat(DuplicateKeyMessage.indexName(message, EVENTS)).isEmpty();
  }

  @Test
  void indexName_isNotMisledByTheCollectionsName() {
    MongoNamespace odd = new MongoNamespace("db", "we index: _id_ dup key");
    String message =
        "E11000 duplicate key error collection: db.we index: _id_ dup key index: r_1 dup key: { r: 1 }";

    assertThat(DuplicateKeyMessage.indexName(message, odd)).contains("r_1");
  }
}
