package io.wideevents.mongo;

import io.wideevents.mongo.LayoutOutcome.Examined;
import io.wideevents.mongo.LayoutOutcome.NotAuthorized;
import io.wideevents.mongo.LayoutOutcome.Unavailable;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lays out the events' collection in the background of a process: once, as soon as MongoDB answers.
 * A process starts, and stores events, without waiting for it.
 *
 * <p>What it finds it logs: changes as INFO, everything a person must mend as one WARN each with
 * the fix. Safe for concurrent use; owned, and closed, by the process's composition.
 */
public final class CollectionSetup implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(CollectionSetup.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private final EventCollection collection;
  private final Duration retryAfter;
  private final CompletableFuture<LayoutOutcome> outcome = new CompletableFuture<>();

  public CollectionSetup(EventCollection collection) {
    this(collection, RETRY_AFTER);
  }

  CollectionSetup(EventCollection collection, Duration retryAfter) {
    this.collection = collection;
    this.retryAfter = retryAfter;
  }

  /** Begins; returns at once. */
  public void start() {
    attempt();
  }

  /** How it ended; never {@code Unavailable}. Cancelled by {@link #close}. */
  public CompletableFuture<LayoutOutcome> outcome() {
    return outcome.copy();
  }

  /** Whether MongoDB has answered. */
  public boolean hasAnswer() {
    return outcome.isDone() && !outcome.isCompletedExceptionally();
  }

  /** Ends the attempts. Idempotent; an index the server is building is built all the same. */
  @Override
  public void close() {
    outcome.cancel(false);
  }

  private void attempt() {
    if (!outcome.isDone()) {
      var unused = collection.ensure().thenAccept(this::settle);
    }
  }

  private void settle(LayoutOutcome result) {
    switch (result) {
      case Examined examined -> {
        examined.changes().forEach(change -> logger.info("Collection changed: {}", change));
        examined.differences().forEach(CollectionSetup::warn);
        outcome.complete(examined);
      }
      case NotAuthorized refused -> {
        logger
            .atWarn()
            .addKeyValue("fix", refused.fix())
            .addKeyValue("error", refused.cause().getMessage())
            .log("Collection not laid out: not authorised");
        outcome.complete(refused);
      }
      case Unavailable unavailable -> {
        logger.debug("Collection not laid out yet", unavailable.cause());
        CompletableFuture.delayedExecutor(retryAfter.toMillis(), TimeUnit.MILLISECONDS)
            .execute(this::attempt);
      }
    }
  }

  private static void warn(LayoutDifference difference) {
    logger
        .atWarn()
        .addKeyValue("found", difference.message())
        .addKeyValue("fix", difference.fix())
        .log("Collection is not as configured");
  }
}
