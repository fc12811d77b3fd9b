package io.wideevents.query.filter;

import java.util.List;
import java.util.Random;

/** Texts of filters: some that follow the grammar, some that attack it. Seeded. */
final class RandomFilters {
  private static final List<String> FIELDS =
      List.of(
          "a", "a.b", "a.b.c", "list", "list.x", "text", "flag", "n", "missing", "outcome", "고객");
  private static final List<String> VALUES =
      List.of(
          "1",
          "2",
          "2.5",
          "-1",
          "1e2",
          "100",
          "0.1",
          "9007199254740993",
          "true",
          "false",
          "null",
          "abc",
          "abd",
          "ABC",
          "a*",
          "a*c",
          "ab*c*",
          "x/y/*",
          "\"x/y/*\"",
          "\"a.c\"",
          "\"a*\\*\"",
          ">1",
          ">=2",
          "<2.5",
          "<=100",
          "1..2",
          "-5..5",
          ">0.05",
          "\"1\"",
          "\"\"",
          "(a+)+",
          "a.c",
          "서울*",
          "😀",
          "2026-11-30T10:00:00Z",
          ">2026-11-30T09:00:00Z",
          "a|b",
          "^abc$",
          "[a-z]*");
  private static final List<String> WORDS =
      List.of("timeout", "\"db time\"", "FAILED", "a.*", "\"(x\"", "Ü", "\"\\\\\"");
  private static final List<String> HOSTILE =
      List.of(
          "$where",
          "$regex",
          "$gt",
          "$ne",
          "$expr",
          "$function",
          "{",
          "}",
          "[",
          "]",
          "(",
          ")",
          "(?",
          "(?>",
          "(?i)",
          "\\Q",
          "\\E",
          "\\z",
          "\\",
          "\"",
          "\\\"",
          ":",
          ",",
          ".",
          "..",
          "*",
          "**",
          "-",
          "--",
          ">",
          "<",
          ">=",
          "<=",
          "=",
          " ",
          "\t",
          "\n",
          "\u0000",
          "\u0001",
          "\u2028",
          "\ud800",
          "\udc00",
          "😀",
          "_id",
          "eventId",
          "timestamp",
          "has",
          "has:",
          "a",
          "b",
          "1",
          "0x10",
          "NaN",
          "Infinity",
          "1e309",
          "this.a==1",
          "function(){return true}",
          "'",
          ";",
          "//",
          "/*",
          "$$ROOT",
          "a".repeat(300),
          "a.".repeat(20),
          "(a+)+$",
          "^",
          "$",
          "|");

  private final Random random;

  RandomFilters(long seed) {
    random = new Random(seed);
  }

  /** A filter that follows the grammar. */
  String valid() {
    StringBuilder text = new StringBuilder();
    for (int terms = 1 + random.nextInt(3); terms > 0; terms--) {
      text.append(random.nextInt(4) == 0 ? "-" : "").append(term()).append(' ');
    }
    return text.toString();
  }

  /** Pieces of the grammar and of attacks, in any order. */
  String hostile() {
    StringBuilder text = new StringBuilder();
    for (int pieces = 1 + random.nextInt(8); pieces > 0; pieces--) {
      text.append(
          switch (random.nextInt(6)) {
            case 0 -> pick(FIELDS) + ":";
            case 1 -> pick(VALUES);
            case 2 -> term() + " ";
            case 3 -> Character.toString(random.nextInt(0x2100));
            default -> pick(HOSTILE);
          });
    }
    return text.toString();
  }

  private String term() {
    return switch (random.nextInt(8)) {
      case 0 -> "has:" + pick(FIELDS);
      case 1 -> pick(WORDS);
      case 2 -> pick(FIELDS) + ":" + pick(VALUES) + "," + pick(VALUES);
      default -> pick(FIELDS) + ":" + pick(VALUES);
    };
  }

  private String pick(List<String> from) {
    return from.get(random.nextInt(from.size()));
  }
}
