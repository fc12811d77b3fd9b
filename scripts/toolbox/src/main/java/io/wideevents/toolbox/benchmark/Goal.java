package io.wideevents.toolbox.benchmark;

import tools.jackson.databind.node.ObjectNode;

/**
 * A target of the project and the measured value.
 *
 * @param measured NaN if it could not be measured
 */
record Goal(String name, double measured, Bound bound, double limit, String unit) {
  enum Bound {
    AT_LEAST("≥"),
    AT_MOST("≤");

    private final String sign;

    Bound(String sign) {
      this.sign = sign;
    }

    String sign() {
      return sign;
    }
  }

  static Goal atLeast(String name, double measured, double limit, String unit) {
    return new Goal(name, measured, Bound.AT_LEAST, limit, unit);
  }

  static Goal atMost(String name, double measured, double limit, String unit) {
    return new Goal(name, measured, Bound.AT_MOST, limit, unit);
  }

  boolean isMet() {
    return switch (bound) {
      case AT_LEAST -> measured >= limit;
      case AT_MOST -> measured <= limit;
    };
  }

  void writeTo(ObjectNode json) {
    json.put("target", name)
        .put("measured", measured)
        .put("bound", bound.sign())
        .put("limit", limit)
        .put("unit", unit)
        .put("met", isMet());
  }
}
