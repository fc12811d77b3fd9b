package io.wideevents.time;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class DaemonExecutorTest {
  @Test
  void execute_rejectsATaskWhileTheExecutorIsBeingShutDown() {
    // Given an executor that is shut down after it has checked that it is not
    AtomicBoolean shutsDown = new AtomicBoolean();
    DaemonExecutor executor =
        new DaemonExecutor("test", 1) {
          @Override
          public boolean isShutdown() {
            if (shutsDown.getAndSet(false)) {
              shutdown();
              return false;
            }
            return super.isShutdown();
          }
        };
    shutsDown.set(true);

    // When, Then
    assertThatThrownBy(() -> executor.execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);
  }
}
