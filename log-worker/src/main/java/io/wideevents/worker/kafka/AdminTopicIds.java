package io.wideevents.worker.kafka;

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
import org.jspecify.annotations.Nullable;

/**
 * Looks topic ids up with an admin client, on a thread of its own: to build the client resolves
 * host names, which blocks. One client serves all look-ups.
 *
 * <p>Safe for concurrent use. Owned, and closed, by {@code WorkerApplication}.
 */
public final class AdminTopicIds implements TopicIds, AutoCloseable {
  private final Supplier<Admin> newAdmin;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("topic-ids").daemon().factory());

  // Belongs to the thread.
  private @Nullable Admin admin;

  /**
   * @param newAdmin builds a client whose calls fail after a few seconds
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

  /** Ends the thread and the client. Does not wait for a look-up that is under way. Idempotent. */
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
    return AdminCall.about(
            topic, AdminCall.await(admin.describeTopics(List.of(topic)).allTopicNames()))
        .topicId();
  }

  private void closeAdmin() {
    if (admin != null) {
      admin.close(Duration.ZERO);
    }
  }
}
