package io.wideevents.query.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.query.QueryException;
import java.util.Set;
import java.util.regex.Pattern;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No text of a caller becomes an operator of MongoDB or a part of a regular expression. */
class HostileFilterTest {
  private static final int TEXTS_PER_SEED = 20_000;
  private static final Set<String> COMPARISONS = Set.of("$gt", "$gte", "$lt", "$lte");

  // One character, written so that it matches itself only.
  private static final String LITERAL =
      "(?:[A-Za-z0-9]|[^\\x00-\\x7F]|\\\\[\\x01-\\x7F&&[^A-Za-z0-9]])";
  private static final Pattern WORDS = Pattern.compile(LITERAL + "+");
  private static final Pattern WILDCARD =
      Pattern.compile("\\^L+(?:\\(\\?>\\.\\*\\?L+\\))*(?:\\.\\*L+\\\\z)?".replace("L", LITERAL));

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void conditions_haveOnlyOperatorsAndExpressionsOfOurs(long seed) {
    RandomFilters filters = new RandomFilters(seed);
    int accepted = 0;
    for (int i = 0; i < TEXTS_PER_SEED; i++) {
      String text = i % 4 == 0 ? filters.valid() : filters.hostile();
      BsonDocument condition;
      try {
        condition = Filter.parse(text).condition();
      } catch (QueryException e) {
        assertThat(e.code()).isEqualTo("filter_invalid");
        assertThat(e.position().orElseThrow()).isBetween(0, text.length());
        continue;
      }
      accepted++;
      assertThat(isCondition(condition)).as("condition of <%s>: %s", text, condition).isTrue();
      // The driver can send every condition.
      assertThat(new RawBsonDocument(condition, new BsonDocumentCodec())).isEqualTo(condition);
    }
    assertThat(accepted).isGreaterThan(TEXTS_PER_SEED / 4);
  }

  @Test
  @Timeout(20)
  void wildcards_takeLinearTime() {
    String pattern =
        Filter.parse("a:" + "a*".repeat(19) + "b")
            .condition()
            .getRegularExpression("a")
            .getPattern();

    boolean matches = Pattern.compile(pattern, Pattern.DOTALL).matcher("a".repeat(200_000)).find();

    assertThat(matches).isFalse();
  }

  private static boolean isCondition(BsonDocument condition) {
    return condition.isEmpty()
        || (condition.size() == 1
            && condition.entrySet().stream()
                .allMatch(
                    entry ->
                        switch (entry.getKey()) {
                          case "$and", "$or", "$nor" ->
                              entry.getValue().asArray().stream()
                                  .allMatch(part -> isCondition(part.asDocument()));
                          default ->
                              !entry.getKey().contains("$")
                                  && isOperand(entry.getKey(), entry.getValue());
                        }));
  }

  private static boolean isOperand(String field, BsonValue operand) {
    if (operand.isRegularExpression()) {
      var expression = operand.asRegularExpression();
      return expression.getOptions().equals("i")
          ? field.equals("_summary") && WORDS.matcher(expression.getPattern()).matches()
          : expression.getOptions().equals("s")
              && WILDCARD.matcher(expression.getPattern()).matches();
    }
    if (!operand.isDocument()) {
      return isScalar(operand);
    }
    return operand.asDocument().entrySet().stream()
        .allMatch(
            entry ->
                switch (entry.getKey()) {
                  case "$in" ->
                      entry.getValue().asArray().stream().allMatch(HostileFilterTest::isScalar);
                  case "$exists" -> entry.getValue().isBoolean();
                  case "$type" -> entry.getValue().isInt32();
                  default ->
                      COMPARISONS.contains(entry.getKey())
                          && (entry.getValue().isNumber() || entry.getValue().isDateTime());
                });
  }

  private static boolean isScalar(BsonValue value) {
    return value.isString()
        || value.isNumber()
        || value.isBoolean()
        || value.isDateTime()
        || value.isBinary();
  }
}
