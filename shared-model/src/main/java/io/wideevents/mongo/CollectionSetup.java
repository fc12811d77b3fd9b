package io.wideevents.mongo;

import io.wideevents.log.Causes;
import io.wideevents.log.LogThrottle;
import io.wideevents.mongo.LayoutDifference.Kind;
import io.wideevents.mongo.LayoutOutcome.Examined;
import io.wideevents.mongo.LayoutOutcome.NotAuthorized;
import io.wideevents.mongo.LayoutOutcome.Unavailable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets up the events' collection in the background, once, as soon as MongoDB answers. A process
 * starts and stores events without waiting for the setup. After the setup, this class compares the
 * collection with the settings once a minute and changes nothing.
 *
 * <p>Changes are logged as INFO. Each difference that needs an operator is logged as one WARN with
 * the fix. A MongoDB that does not answer is logged as WARN at once, then every minute. Safe for
 * concurrent use. Owned, and closed, by the process's composition.
 */
public final class CollectionSetup implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(CollectionSetup.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
  private static final Duration LOOK_EVERY = Duration.ofMinutes(1);

  // Building indexes may take longer. A repeated setup does not stop the build.
  private static final Duration LONGEST_ENSURE = Duration.ofHours(1);
  private static final Duration LONGEST_CHECK = Duration.ofMinutes(5);

  private final EventCollection collection;
  private final RetentionChange allowed;
  private final Duration retryAfter;
  private final Duration lookEvery;
  private final LogThrottle warnings = new LogThrottle(LOOK_EVERY);
  private final CompletableFuture<LayoutOutcome> outcome = new CompletableFuture<>();
  private volatile List<LayoutDifference> differences = List.of();
  private volatile @Nullable MongoTrouble trouble;
  private volatile boolean closed;

  /**
   * @param allowed what this process may change about the retention
   */
  public CollectionSetup(EventCollection collection, RetentionChange allowed) {
    this(collection, allowed, RETRY_AFTER, LOOK_EVERY);
  }

  CollectionSetup(
      EventCollection collection,
      RetentionChange allowed,
      Duration retryAfter,
      Duration lookEvery) {
    this.collection = collection;
    this.allowed = allowed;
    this.retryAfter = retryAfter;
    this.lookEvery = lookEvery;
  }

  /** Starts the setup. Does not block. */
  public void start() {
    attempt();
  }

  /** The outcome of the setup; never {@code Unavailable}. Cancelled by {@link #close}. */
  public CompletableFuture<LayoutOutcome> outcome() {
    return outcome.copy();
  }

  /** Whether MongoDB has answered. */
  public boolean hasAnswer() {
    return outcome.isDone() && !outcome.isCompletedExceptionally();
  }

  /**
   * The differences between the collection and the settings at the last check; empty before that.
   */
  public List<LayoutDifference> differences() {
    return differences;
  }

  /**
   * Why MongoDB did not answer the last query; empty if MongoDB answered, and before the first
   * query.
   */
  public Optional<MongoTrouble> trouble() {
    return Optional.ofNullable(trouble);
  }

  /** Ends the attempts. Idempotent. The server completes an index that it is building. */
  @Override
  public void close() {
    closed = true;
    outcome.cancel(false);
  }

  private void attempt() {
    if (!closed) {
      ask(() -> collection.ensure(allowed), LONGEST_ENSURE, this::laidOut, this::attempt);
    }
  }

  /**
   * Queries the collection and uses the answer. The next attempt is scheduled even if the query or
   * the use of its answer fails with an Error.
   *
   * @param longest how long to wait for the answer
   * @param again starts the same query again
   */
  private void ask(
      Supplier<CompletableFuture<LayoutOutcome>> question,
      Duration longest,
      Consumer<LayoutOutcome> use,
      Runnable again) {
    CompletableFuture<LayoutOutcome> asked;
    try {
      // If an Error ends the driver's chain, the future gets no answer.
      asked = question.get().copy().orTimeout(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RuntimeException | Error e) {
      asked = CompletableFuture.failedFuture(e);
    }
    var unused =
        asked
            .thenAccept(use)
            .exceptionally(
                failure -> {
                  unanswered(Causes.ofFuture(failure));
                  later(retryAfter, again);
                  return null;
                });
  }

  private void laidOut(LayoutOutcome result) {
    if (closed) {
      return;
    }
    switch (result) {
      case Examined examined -> {
        answered();
        LogThrottle.safely(
            () ->
                examined
                    .changes()
                    .forEach(change -> logger.info("Collection changed: {}", change)));
        take(examined.differences());
        outcome.complete(examined);
        later(lookEvery, this::look);
      }
      case NotAuthorized refused -> {
        answered();
        LogThrottle.safely(
            () ->
                logger
                    .atWarn()
                    .addKeyValue("fix", refused.fix())
                    .addKeyValue("error", MongoTrouble.explain(refused.cause()))
                    .log("Collection not laid out: not authorised"));
        outcome.complete(refused);
      }
      case Unavailable unavailable -> {
        unanswered(unavailable.cause());
        later(retryAfter, this::attempt);
      }
    }
  }

  private void look() {
    if (!closed) {
      ask(collection::check, LONGEST_CHECK, this::looked, this::look);
    }
  }

  private void looked(LayoutOutcome result) {
    switch (result) {
      case Examined examined -> {
        answered();
        take(examined.differences());
      }
      case NotAuthorized refused -> answered();
      case Unavailable unavailable -> unanswered(unavailable.cause());
    }
    later(lookEvery, this::look);
  }

  private void take(List<LayoutDifference> found) {
    List<LayoutDifference> before = differences;
    differences = found;
    LogThrottle.safely(
        () -> {
          found.stream().filter(difference -> !before.contains(difference)).forEach(this::log);
          if (found.isEmpty() && !before.isEmpty()) {
            logger.info("Collection is as configured now");
          }
        });
  }

  private void log(LayoutDifference difference) {
    // A service that only logs is not responsible for the retention.
    boolean ours = allowed != RetentionChange.NONE || difference.kind() != Kind.RETENTION_DIFFERS;
    (ours ? logger.atWarn() : logger.atInfo())
        .addKeyValue("found", difference.message())
        .addKeyValue("fix", difference.fix())
        .log("Collection is not as configured");
  }

  private void unanswered(Throwable cause) {
    if (closed) {
      return;
    }
    MongoTrouble now = collection.explain(cause);
    if (!now.equals(trouble)) {
      warnings.reset();
    }
    trouble = now;
    warnings.show(
        heldBack ->
            logger
                .atWarn()
                .addKeyValue("error", now.what())
                .addKeyValue("fix", now.fix())
                .addKeyValue("notShown", heldBack)
                .log("MongoDB gives no answer; the collection is laid out as soon as it does"));
    LogThrottle.safely(() -> logger.debug("MongoDB gives no answer", cause));
  }

  private void answered() {
    if (trouble != null) {
      trouble = null;
      warnings.reset();
      LogThrottle.safely(() -> logger.info("MongoDB answers again"));
    }
  }

  private static void later(Duration delay, Runnable task) {
    CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS).execute(task);
  }
}
