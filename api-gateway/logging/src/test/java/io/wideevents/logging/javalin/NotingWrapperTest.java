package io.wideevents.logging.javalin;

import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.Tier;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.LoggingSettings;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NotingWrapperTest {
  /** Stands for a Javalin whose endpoints have changed: reading the method fails. */
  @Test
  void handler_runsWhateverTheEndpointIsLike() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    Endpoint endpoint = new Endpoint(HandlerType.GET, "/x", ctx -> runs.incrementAndGet());
    Field method = Endpoint.class.getField("method");
    method.setAccessible(true);
    method.set(endpoint, null);
    try (LoggingService logging =
        LoggingService.queued(
            LoggingSettings.of("shop"),
            new RecordingLogger(Tier.KAFKA),
            new RecordingLogger(Tier.SPOOL),
            InstantSource.system())) {
      RequestScope scope =
          new RequestScope(
              logging, logging.begin("req-1", null), () -> RouteFinder.UNMATCHED, () -> false);

      new NotingWrapper(null, new JavalinInternals()).wrap(endpoint).handle(contextWith(scope));
    }

    assertThat(runs).hasValue(1);
  }

  private static Context contextWith(RequestScope scope) {
    HttpServletRequest request = fake(HttpServletRequest.class, "getAttribute", scope);
    return fake(Context.class, "req", request);
  }

  /** An object whose one method returns the value, and whose others return null. */
  private static <T> T fake(Class<T> type, String method, @Nullable Object value) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, called, arguments) -> called.getName().equals(method) ? value : null));
  }
}
