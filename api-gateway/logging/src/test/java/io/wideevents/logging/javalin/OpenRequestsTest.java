package io.wideevents.logging.javalin;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.Tier;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.LoggingSettings;
import java.time.InstantSource;
import java.util.function.BiConsumer;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.component.LifeCycle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests that are open when the server ends, in whichever way, and those that come later. */
class OpenRequestsTest {
  /** How a server ends. */
  enum End {
    STOPPED(OpenRequests::lifeCycleStopped),
    FAILED((open, server) -> open.lifeCycleFailure(server, new IllegalStateException("a bean")));

    private final BiConsumer<OpenRequests, LifeCycle> report;

    End(BiConsumer<OpenRequests, LifeCycle> report) {
      this.report = report;
    }
  }

  private final LoggingService logging =
      LoggingService.queued(
          LoggingSettings.of("shop"),
          new RecordingLogger(Tier.KAFKA),
          new RecordingLogger(Tier.SPOOL),
          InstantSource.system());
  private final LifeCycle server = new AbstractLifeCycle() {};
  private final OpenRequests open = new OpenRequests();

  @AfterEach
  void close() {
    logging.close();
  }

  @ParameterizedTest
  @EnumSource
  void openRequests_areEndedWithTheServer(End end) {
    open.add(scope());
    open.add(scope());

    end.report.accept(open, server);

    assertThat(logging.stats().finalized()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void requestThatBeginsAfterTheServersEnd_isEndedAtOnce(End end) {
    end.report.accept(open, server);

    open.add(scope());

    assertThat(logging.stats().finalized()).isEqualTo(1);
  }

  @Test
  void requestsOfAServerThatStartsAgain_stayOpen() {
    open.lifeCycleStopped(server);
    open.lifeCycleStarting(server);

    open.add(scope());

    assertThat(logging.stats().finalized()).isZero();
  }

  @Test
  void requestThatHasEnded_isNotEndedAgain() {
    RequestScope scope = scope();
    open.add(scope);
    open.remove(scope);

    open.lifeCycleStopped(server);

    assertThat(logging.stats().finalized()).isZero();
  }

  private RequestScope scope() {
    return new RequestScope(
        logging, logging.begin("req-1", null), () -> RouteFinder.UNMATCHED, () -> true);
  }
}
