package io.wideevents.samplespring;

import io.wideevents.logging.LoggingContext;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** Requests that end in each of the ways in which a request can end. */
@RestController
final class OrderController {
  private static final Logger log = LoggerFactory.getLogger(OrderController.class);
  private static final int LONG_REPLY_PARTS = 100_000;

  private final Executor workers = Executors.newCachedThreadPool(OrderController::daemon);

  private static Thread daemon(Runnable task) {
    return Thread.ofPlatform().daemon().unstarted(task);
  }

  @GetMapping("/orders/{id}")
  String order(@PathVariable("id") String id) {
    LoggingContext.current().user(id, "customer").set("cart.items", 3);
    log.info("Order read");
    return "order";
  }

  @GetMapping("/callable")
  Callable<String> callable() {
    return LoggingContext.wrap(
        () -> {
          LoggingContext.current().set("step", "in a callable");
          return "called";
        });
  }

  @GetMapping("/deferred")
  DeferredResult<String> deferred() {
    DeferredResult<String> result = new DeferredResult<>(10_000L);
    LoggingContext.wrap(workers)
        .execute(
            () -> {
              LoggingContext.current().set("step", "on another thread");
              result.setResult("deferred");
            });
    return result;
  }

  @GetMapping("/deferred-failure")
  DeferredResult<String> deferredFailure() {
    DeferredResult<String> result = new DeferredResult<>(10_000L);
    workers.execute(() -> result.setErrorResult(new IllegalArgumentException("later")));
    return result;
  }

  @GetMapping("/timeout")
  DeferredResult<String> timeout() {
    return new DeferredResult<>(200L);
  }

  @GetMapping("/failure")
  String failure() {
    throw new IllegalStateException("The order is broken");
  }

  @GetMapping("/long")
  StreamingResponseBody longReply() {
    byte[] part = "0123456789".repeat(1_000).getBytes(StandardCharsets.UTF_8);
    return stream -> {
      for (int i = 0; i < LONG_REPLY_PARTS; i++) {
        stream.write(part);
        stream.flush();
      }
    };
  }
}
