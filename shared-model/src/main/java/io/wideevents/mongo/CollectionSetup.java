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
 * Lays out the events' collection in the background of a process: once, as soon as MongoDB answers.
 * A process starts, and stores events, without waiting for it. From then on it compares the
 * collection with the settings once a minute and changes nothing more.
 *
 * <p>Changes are logged as INFO, each difference that a person must look at as one WARN with the
 * fix, and a MongoDB that gives no answer as WARN: at once, then every minute. Safe for concurrent
 * use; owned, and closed, by the process's composition.
 */
public final class CollectionSetup implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(CollectionSetup.class);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
  private static final Duration LOOK_EVERY = Duration.ofMinutes(1);

  // A build of indexes may take longer. Asked again meanwhile, the server goes on with it.
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
   * @param allowed what this process may do to the retention
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

  /** How the collection differed from the settings when last looked at; empty before that. */
  public List<LayoutDifference> differences() {
    return differences;
  }

  /** Why MongoDB gave no answer when last asked; empty when it did, and before that. */
  public Optional<MongoTrouble> trouble() {
    return Optional.ofNullable(trouble);
  }

  /** Ends the attempts. Idempotent; an index the server is building is built all the same. */
  @Override
  public void close() {
    closed = true;
    outcome.cancel(false);
  }

  private void attempt() {
    if (!closed) {
      ask(() -> collection.ensure(allowed), LONGEST_ENSURE, this::settle, this::attempt);
    }
  }

  /**
   * Asks about the collection, and uses the answer. Whatever the question, its answer or its use
   * ends with, an Error too, the next attempt is scheduled.
   *
   * @param longest after which an answer is no longer waited for
   * @param again asks the same again
   */
  private void ask(
      Supplier<CompletableFuture<LayoutOutcome>> question,
      Duration longest,
      Consumer<LayoutOutcome> use,
      Runnable again) {
    CompletableFuture<LayoutOutcome> asked;
    try {
      // An Error that ends the driver's chain leaves the future without an answer.
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

  private void settle(LayoutOutcome result) {
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
      ask(collection::check, LONGEST_CHECK, this::settleLook, this::look);
    }
  }

  private void settleLook(LayoutOutcome result) {
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
    // A service that only logs decides nothing about the retention.
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
