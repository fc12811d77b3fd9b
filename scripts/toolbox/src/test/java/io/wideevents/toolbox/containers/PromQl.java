package io.wideevents.toolbox.containers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Evaluates the part of PromQL that the alert rules and the dashboard use, over two scrapes: ranges
 * reach from the first to the second, whatever their length. Anything else is an {@link
 * IllegalArgumentException}, so that a rule is never taken for quiet because it was not understood.
 */
final class PromQl {
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(\"[^\"]*\"|[A-Za-z_:][\\w:]*|\\d+(?:\\.\\d+)?|\\[[^]]*]|=~|!~|!=|==|>=|<=|[-+*/(){},=<>])");
  private static final double SECONDS_BETWEEN = 60;

  private final List<String> tokens = new ArrayList<>();
  private final Scrape before;
  private final Scrape now;
  private final Set<String> unknownNames = new LinkedHashSet<>();
  private int next;

  /** What an expression yields: a number, or values by their labels. */
  private record Value(boolean isNumber, Map<Map<String, String>, Double> series) {
    static Value number(double number) {
      return new Value(true, Map.of(Map.of(), number));
    }

    static Value vector(Map<Map<String, String>, Double> series) {
      return new Value(false, series);
    }

    double asNumber() {
      return series.get(Map.of());
    }
  }

  private PromQl(String text, Scrape before, Scrape now) {
    this.before = before;
    this.now = now;
    Matcher token = TOKEN.matcher(text);
    int end = 0;
    while (token.find() && token.start() == end) {
      tokens.add(token.group(1));
      end = token.end();
    }
    if (!text.substring(end).isBlank()) {
      throw new IllegalArgumentException("Not understood: " + text.substring(end));
    }
  }

  /** The series for which the expression holds; a rule fires for each of them. */
  static Map<Map<String, String>, Double> evaluate(String text, Scrape before, Scrape now) {
    return new PromQl(text, before, now).all().series();
  }

  /** The metrics and labels of an expression that are not in a scrape, each with what is wrong. */
  static Set<String> unknownNames(String text, Scrape shown) {
    PromQl expression = new PromQl(text, shown, shown);
    var unused = expression.all();
    return expression.unknownNames;
  }

  private Value all() {
    Value value = or();
    if (next < tokens.size()) {
      throw new IllegalArgumentException("Not understood: " + tokens.subList(next, tokens.size()));
    }
    return value;
  }

  private Value or() {
    Value left = and();
    while (takes("or")) {
      Map<Map<String, String>, Double> either = unnamed(left);
      unnamed(and()).forEach(either::putIfAbsent);
      left = Value.vector(either);
    }
    return left;
  }

  private Value and() {
    Value left = comparison();
    while (takes("and")) {
      require("on");
      List<String> on = names();
      Value right = comparison();
      Map<Map<String, String>, Double> both = new LinkedHashMap<>();
      left.series()
          .forEach(
              (labels, value) -> {
                Map<String, String> key = only(labels, on);
                if (right.series().keySet().stream().anyMatch(each -> only(each, on).equals(key))) {
                  both.put(labels, value);
                }
              });
      left = Value.vector(both);
    }
    return left;
  }

  private Value comparison() {
    Value left = product();
    while (List.of(">", "<", "==", ">=", "<=", "!=").contains(peek())) {
      String operator = tokens.get(next++);
      double bound = product().asNumber();
      Map<Map<String, String>, Double> kept = new LinkedHashMap<>();
      left.series()
          .forEach(
              (labels, value) -> {
                if (holds(operator, value, bound)) {
                  kept.put(labels, value);
                }
              });
      left = Value.vector(kept);
    }
    return left;
  }

  private Value product() {
    Value left = operand();
    while (peek().equals("/") || peek().equals("*")) {
      DoubleBinaryOperator operator =
          tokens.get(next++).equals("/") ? (a, b) -> a / b : (a, b) -> a * b;
      left = combine(left, operand(), operator);
    }
    return left;
  }

  private Value operand() {
    if (takes("(")) {
      Value value = or();
      require(")");
      return value;
    }
    String token = tokens.get(next++);
    if (Character.isDigit(token.charAt(0))) {
      return Value.number(Double.parseDouble(token));
    }
    return switch (token) {
      case "sum" -> aggregate(Double::sum);
      case "max" -> aggregate(Math::max);
      case "min" -> aggregate(Math::min);
      case "absent" -> absent(argument());
      case "rate" -> range(SECONDS_BETWEEN);
      case "increase" -> range(1);
      case "histogram_quantile" -> {
        require("(");
        final double quantile = operand().asNumber();
        require(",");
        Value buckets = or();
        require(")");
        yield quantile(quantile, buckets);
      }
      default -> selector(token, now);
    };
  }

  private Value argument() {
    require("(");
    Value value = or();
    require(")");
    return value;
  }

  private Value aggregate(BinaryOperator<Double> function) {
    List<String> by = takes("by") ? names() : List.of();
    Map<Map<String, String>, Double> groups = new LinkedHashMap<>();
    argument().series().forEach((labels, value) -> groups.merge(only(labels, by), value, function));
    return Value.vector(groups);
  }

  private static Value absent(Value value) {
    return Value.vector(value.series().isEmpty() ? Map.of(Map.of(), 1.0) : Map.of());
  }

  private Value range(double divisor) {
    require("(");
    String metric = tokens.get(next++);
    int selector = next;
    Value end = selector(metric, now);
    next = selector;
    Value start = selector(metric, before);
    if (!tokens.get(next++).startsWith("[")) {
      throw new IllegalArgumentException("No range after " + metric);
    }
    require(")");
    Map<Map<String, String>, Double> change = new LinkedHashMap<>();
    end.series()
        .forEach(
            (labels, value) -> {
              Double first = start.series().get(labels);
              if (first != null) {
                change.put(only(labels, null), (value - first) / divisor);
              }
            });
    return Value.vector(change);
  }

  private Value selector(String metric, Scrape scrape) {
    Map<Map<String, String>, Double> found = new LinkedHashMap<>();
    scrape.named(metric).forEach(labels -> found.put(labels, scrape.series().get(labels)));
    if (found.isEmpty()) {
      unknownNames.add(metric + " is not shown by any process");
    }
    if (takes("{")) {
      while (!takes("}")) {
        String label = tokens.get(next++);
        if (scrape.named(metric).stream().noneMatch(labels -> labels.containsKey(label))) {
          unknownNames.add(metric + " has no label " + label);
        }
        String operator = tokens.get(next++);
        String quoted = tokens.get(next++);
        String wanted = quoted.substring(1, quoted.length() - 1);
        found
            .keySet()
            .removeIf(labels -> !matches(labels.getOrDefault(label, ""), operator, wanted));
        takes(",");
      }
    }
    return Value.vector(found);
  }

  /** The upper bound of the bucket is exact enough to compare it with a bound of seconds. */
  private static Value quantile(double quantile, Value buckets) {
    Map<Map<String, String>, TreeMap<Double, Double>> histograms = new LinkedHashMap<>();
    buckets
        .series()
        .forEach(
            (labels, count) -> {
              Map<String, String> group = new TreeMap<>(labels);
              String le = group.remove("le");
              double bound = "+Inf".equals(le) ? Double.POSITIVE_INFINITY : Double.parseDouble(le);
              histograms.computeIfAbsent(group, each -> new TreeMap<>()).put(bound, count);
            });
    Map<Map<String, String>, Double> quantiles = new LinkedHashMap<>();
    histograms.forEach(
        (group, counts) -> {
          double all = counts.lastEntry().getValue();
          double value =
              counts.entrySet().stream()
                  .filter(bucket -> all > 0 && bucket.getValue() >= quantile * all)
                  .mapToDouble(Map.Entry::getKey)
                  .findFirst()
                  .orElse(Double.NaN);
          quantiles.put(group, value);
        });
    return Value.vector(quantiles);
  }

  private static Value combine(Value left, Value right, DoubleBinaryOperator operator) {
    if (left.isNumber() && !right.isNumber()) {
      return combine(right, left, (a, b) -> operator.applyAsDouble(b, a));
    }
    Map<Map<String, String>, Double> result = new LinkedHashMap<>();
    Map<Map<String, String>, Double> others = unnamed(right);
    unnamed(left)
        .forEach(
            (labels, value) -> {
              Double other = right.isNumber() ? (Double) right.asNumber() : others.get(labels);
              if (other != null) {
                result.put(labels, operator.applyAsDouble(value, other));
              }
            });
    return Value.vector(result);
  }

  /** The series without the names of their metrics. */
  private static Map<Map<String, String>, Double> unnamed(Value value) {
    Map<Map<String, String>, Double> unnamed = new LinkedHashMap<>();
    value.series().forEach((labels, each) -> unnamed.put(only(labels, null), each));
    return unnamed;
  }

  private static boolean holds(String operator, double value, double bound) {
    return switch (operator) {
      case ">" -> value > bound;
      case "<" -> value < bound;
      case ">=" -> value >= bound;
      case "<=" -> value <= bound;
      case "==" -> value == bound;
      default -> value != bound;
    };
  }

  private static boolean matches(String value, String operator, String wanted) {
    return switch (operator) {
      case "=" -> value.equals(wanted);
      case "!=" -> !value.equals(wanted);
      case "=~" -> value.matches(wanted);
      case "!~" -> !value.matches(wanted);
      default -> throw new IllegalArgumentException("Not a matcher: " + operator);
    };
  }

  /**
   * Some labels of a series; without its name.
   *
   * @param names null for all
   */
  private static Map<String, String> only(Map<String, String> labels, List<String> names) {
    Map<String, String> left = new TreeMap<>(labels);
    left.keySet()
        .removeIf(name -> name.equals("__name__") || (names != null && !names.contains(name)));
    return left;
  }

  private List<String> names() {
    require("(");
    List<String> names = new ArrayList<>();
    while (!takes(")")) {
      names.add(tokens.get(next++));
      takes(",");
    }
    return names;
  }

  private String peek() {
    return next < tokens.size() ? tokens.get(next) : "";
  }

  private boolean takes(String token) {
    if (!peek().equals(token)) {
      return false;
    }
    next++;
    return true;
  }

  private void require(String token) {
    if (!takes(token)) {
      throw new IllegalArgumentException("Expected " + token + " before " + peek());
    }
  }
}
