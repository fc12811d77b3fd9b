package io.wideevents.worker.kafka;

import io.wideevents.kafka.AdminCall;
import io.wideevents.log.LogThrottle;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks up topic ids with an admin client, on its own thread: building the client resolves host
 * names, which blocks. One client serves all look-ups.
 *
 * <p>Safe for concurrent use. {@code WorkerApplication} owns and closes this object.
 */
public final class AdminTopicIds implements TopicIds, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AdminTopicIds.class);

  private final Supplier<Admin> newAdmin;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("topic-ids").daemon().factory());

  // Belongs to the look-up thread.
  private @Nullable Admin admin;

  /**
   * @param newAdmin builds a client whose calls time out after a few seconds
   */
  public AdminTopicIds(Supplier<Admin> newAdmin) {
    this.newAdmin = newAdmin;
  }

  @Override
  public CompletableFuture<Uuid> lookUp(String topic) {
    try {
      return CompletableFuture.supplyAsync(() -> describe(topic), thread);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(new KafkaException("closed", e));
    }
  }

  /** Ends the thread and the client. Does not wait for a look-up that is in flight. Idempotent. */
  @Override
  public void close() {
    if (!thread.isShutdown()) {
      thread.execute(this::closeAdmin);
      thread.shutdown();
    }
  }

  private Uuid describe(String topic) {
    if (admin == null) {
      admin = newAdmin.get();
    }
    try {
      return AdminCall.about(
              topic, AdminCall.await(admin.describeTopics(List.of(topic)).allTopicNames()))
          .topicId();
    } catch (RuntimeException | Error e) {
      if (!(e instanceof ApiException) || e instanceof TimeoutException) {
        // The failure is not an answer of a broker. An Error may have ended the client's own
        // thread, after which the client does not answer any call. The next look-up builds another
        // client.
        closeAdmin();
      }
      throw e;
    }
  }

  private void closeAdmin() {
    Admin last = admin;
    admin = null;
    if (last != null) {
      try {
        last.close(Duration.ZERO);
      } catch (RuntimeException | Error e) {
        LogThrottle.safely(
            () -> LOG.atDebug().setCause(e).log("An admin client did not close cleanly"));
      }
    }
  }
}
