package io.wideevents.logging;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.Tier;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** The request's id in SLF4J's MDC. */
@SuppressWarnings("try") // A resource is held by being open.
class MdcTest {
  private final LoggingService logging =
      LoggingService.queued(
          LoggingSettings.of("shop").inMdc(true),
          new RecordingLogger(Tier.KAFKA),
          InstantSource.system());

  @AfterEach
  void close() {
    logging.close();
    MDC.clear();
  }

  @Test
  void bind_putsTheRequestIdIntoTheMdcUntilItIsClosed() {
    try (var binding = logging.begin("r-1", null).bind()) {
      assertThat(MDC.get("requestId")).isEqualTo("r-1");
    }

    assertThat(MDC.get("requestId")).isNull();
  }

  @Test
  void close_restoresTheIdThatWasThereBefore() {
    MDC.put("requestId", "of the service");

    try (var outer = logging.begin("r-1", null).bind()) {
      try (var inner = logging.begin("r-2", null).bind()) {
        assertThat(MDC.get("requestId")).isEqualTo("r-2");
      }
      assertThat(MDC.get("requestId")).isEqualTo("r-1");
    }

    assertThat(MDC.get("requestId")).isEqualTo("of the service");
  }

  @Test
  void close_inTheWrongOrder_leavesNoIdOfAnEndedBinding() {
    MDC.put("requestId", "of the service");
    LoggingContext.Binding first = logging.begin("r-1", null).bind();
    LoggingContext.Binding second = logging.begin("r-2", null).bind();

    first.close();
    assertThat(MDC.get("requestId")).isEqualTo("r-2");
    second.close();

    assertThat(MDC.get("requestId")).isEqualTo("of the service");
  }

  @Test
  void wrap_carriesTheIdToAnotherThread() throws Exception {
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      try (var binding = logging.begin("r-1", null).bind()) {
        assertThat(other.submit(LoggingContext.wrap(() -> MDC.get("requestId"))).get())
            .isEqualTo("r-1");
      }
      assertThat(other.submit(() -> MDC.get("requestId") == null).get()).isTrue();
    }
  }

  @Test
  void close_onAnotherThread_leavesTheMdcOfThatThread() throws Exception {
    LoggingContext.Binding binding = logging.begin("r-1", null).bind();
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      String seen =
          other
              .submit(
                  () -> {
                    MDC.put("requestId", "mine");
                    binding.close();
                    return MDC.get("requestId");
                  })
              .get();

      assertThat(seen).isEqualTo("mine");
    }
  }

  @Test
  void bind_afterACloseOnAnotherThread_restoresWhatTheServiceHad() throws Exception {
    LoggingContext.Binding binding = logging.begin("r-1", null).bind();
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      other.submit(binding::close).get();
    }

    logging.begin("r-2", null).bind().close();

    assertThat(MDC.get("requestId")).isNull();
  }

  @Test
  void bind_leavesTheMdcAloneByDefault() {
    try (LoggingService plain =
            LoggingService.queued(
                LoggingSettings.of("shop"),
                new RecordingLogger(Tier.KAFKA),
                InstantSource.system());
        var binding = plain.begin("r-1", null).bind()) {
      assertThat(MDC.get("requestId")).isNull();
    }
  }
}
