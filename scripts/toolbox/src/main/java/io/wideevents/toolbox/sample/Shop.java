package io.wideevents.toolbox.sample;

import java.util.List;
import java.util.Random;

/** The services of a small shop, their routes and their errors. */
final class Shop {
  private static final SampleError TIMEOUT =
      new SampleError("UPSTREAM_TIMEOUT", "No answer from upstream within 2000 ms", 504);
  private static final SampleError DECLINED =
      new SampleError("PAYMENT_DECLINED", "카드사가 결제를 거절했습니다 (code 51)", 402);
  private static final SampleError OUT_OF_STOCK =
      new SampleError("OUT_OF_STOCK", "Item is no longer available", 409);
  private static final SampleError NOT_FOUND = new SampleError("NOT_FOUND", "No such cart", 404);
  private static final SampleError BAD_CREDENTIALS =
      new SampleError("BAD_CREDENTIALS", "E-mail or password is wrong", 401);
  private static final SampleError RATE_LIMITED =
      new SampleError("RATE_LIMITED", "Too many attempts; wait 30 s", 429);
  private static final SampleError BAD_QUERY =
      new SampleError("BAD_QUERY", "Unbalanced quote at “wireless", 400);

  static final RouteProfile CHECKOUT =
      new RouteProfile(
          "checkout",
          "POST /v1/checkout",
          10,
          180,
          0.5,
          0.03,
          List.of(DECLINED, OUT_OF_STOCK),
          Details::order);

  /**
   * The planted incident: for 15 s of every minute, counted from the start of the traffic, a trial
   * build serves one route of one service. With this build the payment provider rarely answers, so
   * the route is slow and fails.
   */
  static final Incident INCIDENT =
      new Incident(CHECKOUT, 60_000, 20_000, 35_000, 0.6, 7, TIMEOUT, "2026.11.4");

  private static final List<RouteProfile> ROUTES =
      List.of(
          CHECKOUT,
          new RouteProfile(
              "checkout",
              "GET /v1/orders/{orderId}",
              12,
              35,
              0.4,
              0.005,
              List.of(TIMEOUT),
              Details::order),
          new RouteProfile(
              "cart",
              "POST /v1/cart/items",
              20,
              22,
              0.4,
              0.01,
              List.of(OUT_OF_STOCK, NOT_FOUND),
              Details::cart),
          new RouteProfile(
              "cart", "GET /v1/cart", 30, 9, 0.3, 0.002, List.of(NOT_FOUND), Details::cart),
          new RouteProfile(
              "search",
              "GET /v1/search",
              40,
              75,
              0.8,
              0.01,
              List.of(TIMEOUT, BAD_QUERY),
              Details::query),
          new RouteProfile(
              "search", "GET /v1/suggest", 35, 6, 0.5, 0.001, List.of(TIMEOUT), Details::query),
          new RouteProfile(
              "auth",
              "POST /v1/login",
              9,
              140,
              0.25,
              0.08,
              List.of(BAD_CREDENTIALS, RATE_LIMITED),
              Details::login),
          new RouteProfile(
              "auth",
              "POST /v1/token/refresh",
              18,
              4,
              0.3,
              0.004,
              List.of(BAD_CREDENTIALS),
              Details::login),
          new RouteProfile(
              "inventory",
              "PUT /v1/stock/{sku}",
              14,
              45,
              0.6,
              0.015,
              List.of(TIMEOUT),
              Details::stock),
          new RouteProfile(
              "inventory",
              "job nightly-recount",
              2,
              350,
              0.7,
              0.02,
              List.of(TIMEOUT),
              Details::stock));

  private static final int TOTAL_WEIGHT = ROUTES.stream().mapToInt(RouteProfile::weight).sum();

  private Shop() {}

  /** A random route, weighted by its share of the traffic. */
  static RouteProfile pickRoute(Random random) {
    int left = random.nextInt(TOTAL_WEIGHT);
    for (RouteProfile route : ROUTES) {
      left -= route.weight();
      if (left < 0) {
        return route;
      }
    }
    throw new AssertionError("Weights add up to " + TOTAL_WEIGHT);
  }
}
