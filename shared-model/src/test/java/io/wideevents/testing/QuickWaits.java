package io.wideevents.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Sets how Awaitility waits in the tests of all modules. Its default looks after 100 ms for the
 * first time, which is most of the duration of a test that waits for another thread. JUnit finds
 * this class by {@code META-INF/services}.
 */
public final class QuickWaits implements BeforeAllCallback {
  private static final Duration POLL_INTERVAL = Duration.ofMillis(10);

  // Long enough for a machine on which other tests run at the same time.
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  @Override
  public void beforeAll(ExtensionContext context) {
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(POLL_INTERVAL);
    Awaitility.setDefaultTimeout(TIMEOUT);
    // Classes run side by side in one JVM. A thread of another test, or an I/O thread of the
    // MongoDB driver whose connection is being closed, would fail a test that waits.
    Awaitility.doNotCatchUncaughtExceptionsByDefault();
  }
}
