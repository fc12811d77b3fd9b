package io.wideevents.event;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Events as clients post them: JSON text, few, named, deterministic. Timestamps lie a moment before
 * the given time, for the rules refuse old ones.
 */
public final class TestEvents {
  private TestEvents() {}

  /** Only what is required. */
  public static String minimal(String requestId, Instant now) {
    return """
        {"requestId":"%s","service":"checkout","route":"GET /health","timestamp":"%s"}"""
        .formatted(requestId, now);
  }

  /** A typical wide event, about 700 bytes: request {@code n} of a shop, which went well. */
  public static String checkout(int n, Instant now) {
    return """
        {"requestId":"req-%08d","service":"checkout","route":"POST /api/checkout",\
        "timestamp":"%s","user":{"id":"user-%d","role":"customer"},\
        "performance":{"durationMs":%d.25,"dbMs":12.5,"cacheHit":true},\
        "http":{"method":"POST","status":200,"bytesOut":5120,"userAgent":"shop-app/4.2 (Android)"},\
        "cart":{"items":3,"total":59.97,"currency":"EUR","skus":["A-100","B-220","C-007"]},\
        "payment":{"provider":"card","attempt":1,"amountCents":5997},\
        "build":{"version":"2026.11.3","commit":"9c06028","region":"eu-central-1"},\
        "flags":["new-cart","fast-pay"],"host":"shop-7f9c-x2","traceId":"%032x",\
        "coupon":null,"note":"Grüße, 감사합니다"}"""
        .formatted(n, now.minusMillis(5), n % 500, 20 + n % 400, n + 1);
  }

  /** A request that failed, with {@code error.code} {@code PAYMENT_DECLINED}. */
  public static String failedCheckout(int n, Instant now) {
    return """
        {"requestId":"req-%08d","service":"checkout","route":"POST /api/checkout",\
        "timestamp":"%s","user":{"id":%d,"role":"premium"},\
        "error":{"code":"PAYMENT_DECLINED","message":"The card was declined"},\
        "performance":{"durationMs":843}}"""
        .formatted(n, now.minusMillis(5), n);
  }

  /** {@code count} checkouts, from request 0. */
  public static List<String> checkouts(int count, Instant now) {
    return IntStream.range(0, count).mapToObj(n -> checkout(n, now)).toList();
  }

  public static String array(List<String> events) {
    return "[" + String.join(",", events) + "]";
  }

  public static String ndjson(List<String> events) {
    return String.join("\n", events) + "\n";
  }

  public static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
