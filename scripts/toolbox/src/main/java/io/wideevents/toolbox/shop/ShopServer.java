package io.wideevents.toolbox.shop;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.javalin.WideEventsPlugin;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.json.JsonMapper;

/**
 * The shop: checkout, cart and search, with simulated latencies and failures. The behaviour of a
 * request depends only on its number {@code n}, so that a load can be repeated exactly.
 *
 * <p>The caller closes this object. Closing it does not close the logging.
 */
final class ShopServer implements AutoCloseable {
  private static final int MANY_USERS = 500;

  private final ShopLogging logging;
  private final Javalin javalin;
  private final AtomicLong numbers = new AtomicLong();

  ShopServer(ShopLogging logging) {
    this.logging = logging;
    this.javalin = Javalin.create(this::configure);
  }

  /**
   * Starts to listen on loopback.
   *
   * @param port 0 for any free port
   * @return the port
   */
  int start(int port) {
    javalin.start("127.0.0.1", port);
    return javalin.port();
  }

  @Override
  public void close() {
    javalin.stop();
  }

  private void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    logging
        .service()
        .ifPresent(
            service ->
                config.registerPlugin(
                    new WideEventsPlugin(service, path -> !path.equals("/stats"))));
    config.routes.get("/v1/search", this::search);
    config.routes.get("/v1/cart", this::cart);
    config.routes.post("/v1/checkout", this::checkout);
    config.routes.get("/stats", this::stats);
  }

  private void search(Context ctx) throws InterruptedException {
    Random random = random(ctx);
    LoggingContext log = LoggingContext.current();
    identify(log, random);
    work(log, "index", random, 4);
    int hits = random.nextInt(200);
    log.set("search.terms", 1 + random.nextInt(4)).set("search.hits", hits);
    ctx.result("{\"hits\":" + hits + "}");
  }

  private void cart(Context ctx) throws InterruptedException {
    Random random = random(ctx);
    LoggingContext log = LoggingContext.current();
    identify(log, random);
    work(log, "db", random, 2);
    if (random.nextInt(100) == 0) {
      log.error("CART_NOT_FOUND", "No such cart");
      ctx.status(404).result("{}");
      return;
    }
    log.set("cart.items", 1 + random.nextInt(6));
    ctx.result("{\"items\":3}");
  }

  private void checkout(Context ctx) throws InterruptedException {
    Random random = random(ctx);
    LoggingContext log = LoggingContext.current();
    identify(log, random);
    log.set("cart.items", 1 + random.nextInt(6))
        .set("cart.total", Math.round(random.nextDouble() * 20_000) / 100.0)
        .set("cart.currency", "EUR")
        .set("cart.skus", List.of("A-" + random.nextInt(900), "B-" + random.nextInt(900)));
    log.stage("reserving");
    work(log, "db", random, 2);
    log.stage("charging").set("payment.provider", "card").set("payment.attempt", 1);
    work(log, "payment", random, 6);
    int luck = random.nextInt(100);
    if (luck == 0) {
      throw new IllegalStateException("The payment provider answered nonsense");
    }
    if (luck < 4) {
      log.error("PAYMENT_DECLINED", "The card was declined");
      ctx.status(402).result("{}");
      return;
    }
    log.stage("confirming");
    ctx.status(201).result("{\"order\":1}");
  }

  private static void identify(LoggingContext log, Random random) {
    log.user(1 + random.nextInt(MANY_USERS), random.nextInt(5) == 0 ? "premium" : "customer")
        .set("build.version", "2026.11.3")
        .set("build.region", "eu-central-1");
  }

  /** A simulated call to a database or a provider, with a log-normal duration around a median. */
  private static void work(LoggingContext log, String name, Random random, double medianMillis)
      throws InterruptedException {
    double millis = medianMillis * StrictMath.exp(0.3 * random.nextGaussian());
    LoggingContext.Timing timing = log.time(name);
    try {
      TimeUnit.NANOSECONDS.sleep((long) (millis * 1_000_000));
    } finally {
      timing.close();
    }
  }

  private Random random(Context ctx) {
    String given = ctx.queryParam("n");
    long number = given == null ? numbers.incrementAndGet() : given.hashCode();
    // Consecutive seeds produce similar first numbers. The seed is mixed and the first number
    // skipped.
    Random random = new Random(number * 0x9E37_79B9_7F4A_7C15L);
    random.nextInt();
    return random;
  }

  /** Returns the CPU time of the process and the outcomes of its events, for the measurement. */
  private void stats(Context ctx) {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpuNanos = system.getProcessCpuTime();
    ShopStats stats =
        logging
            .service()
            .map(service -> ShopStats.of(cpuNanos, service.stats()))
            .orElseGet(() -> ShopStats.withoutLogging(cpuNanos));
    ctx.result(JsonMapper.shared().writeValueAsString(stats));
  }
}
