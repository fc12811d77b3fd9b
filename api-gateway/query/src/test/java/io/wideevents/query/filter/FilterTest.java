package io.wideevents.query.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.wideevents.query.QueryException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bson.BsonDocument;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterTest {
  private static final JsonWriterSettings SHELL =
      JsonWriterSettings.builder().outputMode(JsonMode.RELAXED).build();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          service:checkout            | {"service": "checkout"}
          service:a,b                 | {"service": {"$in": ["a", "b"]}}
          -service:a                  | {"$nor": [{"service": "a"}]}
          outcome:FAILED              | {"_ingest.outcome": "FAILED"}
          tier:kafka                  | {"_ingest.tier": "kafka"}
          duration:>800               | {"performance.durationMs": {"$gt": 800}}
          duration:>=0.5              | {"performance.durationMs": {"$gte": 0.5}}
          duration:<-1                | {"performance.durationMs": {"$lt": -1}}
          duration:<=1e3              | {"performance.durationMs": {"$lte": 1000.0}}
          duration:100..200           | {"performance.durationMs": {"$gte": 100, "$lte": 200}}
          user.id:42                  | {"user.id": {"$in": ["42", 42]}}
          user.id:"42"                | {"user.id": "42"}
          user.id:042                 | {"user.id": "042"}
          flags.new:true              | {"flags.new": {"$in": ["true", true]}}
          flags.new:false             | {"flags.new": {"$in": ["false", false]}}
          a:null                      | {"a": {"$type": 10}}
          a:"null"                    | {"a": "null"}
          a:""                        | {"a": ""}
          a:1,>5,"x y"                | {"$or": [{"a": {"$in": ["1", 1, "x y"]}}, {"a": {"$gt": 5}}]}
          has:error                   | {"error": {"$exists": true}}
          -has:flags.newCheckout      | {"$nor": [{"flags.newCheckout": {"$exists": true}}]}
          receivedAt:>2026-11-30T10:00:00Z | {"_ingest.receivedAt": {"$gt": {"$date": "2026-11-30T10:00:00Z"}}}
          eventId:0192f0c1-2b4d-4f6e-9a1b-2c3d4e5f6071 | {"_id": {"$binary": {"base64": "AZLwwStNT26aGyw9Tl9gcQ==", "subType": "04"}}}
          url:http://x/y?a=b          | {"url": "http://x/y?a=b"}
          a:b service:c               | {"$and": [{"a": "b"}, {"service": "c"}]}
          a:"say \\"hi\\" \\\\ \\*"   | {"a": "say \\"hi\\" \\\\ *"}
          """)
  void parse_makesTheCondition(String text, String expected) {
    assertThat(Filter.parse(text).condition().toJson(SHELL)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          route:/v1/cart/*       | ^\\/v1\\/cart\\/          | s
          route:"/v1/cart/*"     | ^\\/v1\\/cart\\/          | s
          route:a*b              | ^a.*b\\z                  | s
          route:a*b*c*           | ^a(?>.*?b)(?>.*?c)        | s
          route:a**c             | ^a.*c\\z                  | s
          route:(a+)+*           | ^\\(a\\+\\)\\+            | s
          timeout                | timeout                   | i
          "db timeout"           | db\\ timeout              | i
          "a.*b"                 | a\\.\\*b                  | i
          a.*b                   | a\\.\\*b                  | i
          """)
  void parse_escapesTextInExpressions(String text, String pattern, String options) {
    BsonDocument condition = Filter.parse(text).condition();

    var expression = condition.values().iterator().next().asRegularExpression();
    assertThat(expression.getPattern()).isEqualTo(pattern);
    assertThat(expression.getOptions()).isEqualTo(options);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      textBlock =
          """
          a:                 | 2  | missing
          a:x,               | 4  | missing
          a:,x               | 2  | missing
          b:1 $where:1       | 4  | not allowed
          $regex:x           | 0  | not allowed
          a.$gt:5            | 0  | not allowed
          a..b:5             | 0  | empty part
          .a:5               | 0  | empty part
          :5                 | 0  | empty part
          has:$x             | 4  | not allowed
          has:               | 4  | empty part
          has:a:b            | 5  | continues
          timestamp:>5       | 0  | from and to
          a:*                | 2  | begins with *
          a:*b               | 2  | begins with *
          a:"*b"             | 2  | begins with *
          a:>x               | 3  | number
          a:>                | 3  | number
          a:>=               | 4  | number
          a:1..x             | 5  | number
          a:..5              | 2  | number
          a:../etc/passwd    | 2  | number
          a:>"5"             | 3  | number
          a:"x"y             | 5  | continues
          a:x"y"             | 3  | middle
          a"b"               | 1  | middle
          "a                 | 0  | not closed
          a:"x\\"            | 2  | not closed
          a:"\\n"            | 3  | is not followed by
          ""                 | 0  | are empty
          -                  | 0  | No term follows
          x -                | 2  | No term follows
          a OR b             | 2  | not an operator
          a AND b            | 2  | not an operator
          a duration>500     | 2  | A comparison is written with :
          service=checkout   | 0  | A comparison is written with :
          NOT a              | 0  | not an operator
          eventId:42         | 8  | event id
          eventId:0192*      | 8  | event id
          eventId:>5         | 8  | event id
          """)
  void parse_namesThePlaceOfTheProblem(String text, int position, String words) {
    assertThatExceptionOfType(QueryException.class)
        .isThrownBy(() -> Filter.parse(text))
        .satisfies(
            problem -> {
              assertThat(problem.status()).isEqualTo(400);
              assertThat(problem.code()).isEqualTo("filter_invalid");
              assertThat(problem.position()).hasValue(position);
              assertThat(problem.detail() + problem.fix()).contains(words);
              assertThat(problem.fix()).isNotEmpty();
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a:x\u0000",
        "a:\"x\u0000\"",
        "\u0000",
        "a\u0001b:c",
        "a:b\u0007",
        "a:\ud800",
        "\udc00:a"
      })
  void parse_rejectsControlCharactersAndBrokenUnicode(String text) {
    assertThatExceptionOfType(QueryException.class).isThrownBy(() -> Filter.parse(text));
  }

  @Test
  void parse_keepsOtherUnicode() {
    assertThat(Filter.parse("고객:\"서울 😀\n\"").condition())
        .isEqualTo(new BsonDocument("고객", new org.bson.BsonString("서울 😀\n")));
  }

  @Test
  void parse_limitsLengthTermsValuesAndStars() {
    assertRejected("a".repeat(4097));
    assertRejected(IntStream.range(0, 51).mapToObj(i -> "a:" + i).collect(Collectors.joining(" ")));
    assertRejected(
        "a:"
            + IntStream.range(0, 101).mapToObj(Integer::toString).collect(Collectors.joining(",")));
    assertRejected("a:" + "x*".repeat(21));
    assertRejected("a:x*" + "y".repeat(101));
    assertRejected("a:x*" + "y".repeat(60) + "* -b:c,x*" + "y".repeat(41));
    assertRejected("a." + "b.".repeat(11) + "c:1");
    assertRejected("a".repeat(201) + ":1");

    assertThat(Filter.parse("a".repeat(4096)).fields()).isEmpty();
    assertThat(Filter.parse("a:" + "x*".repeat(20)).fields()).containsExactly("a");
    assertThat(Filter.parse("a:" + "x".repeat(3000) + "*" + "y".repeat(100)).fields()).hasSize(1);
    assertThat(Filter.parse("a." + "b.".repeat(10) + "c:1").fields()).hasSize(1);
  }

  @Test
  void parse_ofEmptyText_matchesEveryEvent() {
    assertThat(Filter.parse(" \t ").condition()).isEmpty();
    assertThat(Filter.ALL.condition()).isEmpty();
  }

  @Test
  void condition_putsThePrefixBeforeEveryField() {
    BsonDocument condition =
        Filter.parse("service:a -has:b c:>1,2 words").condition("fullDocument.");

    assertThat(condition.toJson(SHELL))
        .isEqualTo(
            """
            {"$and": [{"fullDocument.service": "a"}, \
            {"$nor": [{"fullDocument.b": {"$exists": true}}]}, \
            {"$or": [{"fullDocument.c": {"$in": ["2", 2]}}, {"fullDocument.c": {"$gt": 1}}]}, \
            {"fullDocument._summary": {"$regularExpression": {"pattern": "words", "options": "i"}}}]}\
            """);
  }

  @Test
  void fields_areThePathsThatTheFilterNames() {
    assertThat(Filter.parse("service:a -outcome:FAILED has:user.id word duration:>1").fields())
        .containsExactly("service", "_ingest.outcome", "user.id", "performance.durationMs");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e999999999",
        "1e-999999999",
        "1e2147483648",
        "0.00000000000000000000000000000000000000000000000000000000000000001",
        "123456789012345678901234567890123456789012345678901234567890123456789"
      })
  void parse_readsNumbersThatNoEventHasAsText(String number) {
    assertThat(Filter.parse("a:" + number).condition().isString("a")).isTrue();
  }

  private static void assertRejected(String text) {
    assertThatExceptionOfType(QueryException.class)
        .isThrownBy(() -> Filter.parse(text))
        .satisfies(problem -> assertThat(problem.code()).isEqualTo("filter_invalid"));
  }
}
