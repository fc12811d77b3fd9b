package io.wideevents.query.store;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoExecutionTimeoutException;
import com.mongodb.MongoOperationTimeoutException;
import com.mongodb.MongoTimeoutException;
import io.wideevents.log.Causes;
import io.wideevents.mongo.MongoConnection;
import io.wideevents.mongo.MongoTrouble;
import io.wideevents.query.QueryException;
import java.util.Set;
import reactor.core.Exceptions;

/** Converts the failure of a query to the problem of the reply. */
final class StoreFailures {
  /** MaxTimeMSExpired and its variant for a connection that timed out. */
  private static final Set<Integer> TIMED_OUT = Set.of(50, 262);

  /** ExceededMemoryLimit and QueryExceededMemoryLimitNoDiskUseAllowed. */
  private static final Set<Integer> OUT_OF_MEMORY = Set.of(146, 292);

  /**
   * CommandNotFound, InvalidPipelineOperator, and the codes of an unknown stage and accumulator.
   */
  private static final Set<Integer> UNSUPPORTED = Set.of(59, 168, 40324, 15952);

  private static final int NO_CHANGE_STREAMS = 40573;
  private static final int HISTORY_LOST = 286;

  /**
   * InvalidResumeToken, FailedToParse, Overflow and further codes with which MongoDB rejects
   * damaged tokens.
   */
  private static final Set<Integer> UNUSABLE_TOKEN =
      Set.of(9, 14, 15, 260, 40645, 40647, 40649, 50811);

  private StoreFailures() {}

  static QueryException busy(int concurrency) {
    return new QueryException(
            429,
            "query_busy",
            "%d queries are running, which is the limit".formatted(concurrency),
            "Ask again after Retry-After; the limit is the setting QUERY_CONCURRENCY")
        .withHeader("Retry-After", "1");
  }

  static QueryException tooManyTails(int concurrency) {
    return new QueryException(
            429,
            "query_busy",
            "%d tails are open, which is the limit".formatted(concurrency),
            "Close another tail, or ask again after Retry-After; the limit is the setting"
                + " QUERY_CONCURRENCY")
        .withHeader("Retry-After", "1");
  }

  static QueryException memoryInUse() {
    return new QueryException(
            429,
            "query_busy",
            "The results of other requests use the memory that this gateway has for queries",
            "Ask again after Retry-After; the limit is a quarter of the gateway's heap")
        .withHeader("Retry-After", "1");
  }

  static QueryException tooLarge(String detail) {
    return new QueryException(
        422, "query_too_large", detail, "Choose a shorter range, or add a service to the filter");
  }

  static QueryException closing() {
    return new QueryException(
            503,
            "store_unavailable",
            "The gateway is shutting down",
            "Ask again after Retry-After, at another gateway if there is one")
        .withHeader("Retry-After", "1");
  }

  /**
   * @throws RuntimeException the failure itself, if it is not a failure of MongoDB
   */
  static QueryException of(RuntimeException thrown, MongoConnection connection) {
    if (thrown instanceof QueryException known) {
      return known;
    }
    Throwable failure = Causes.ofFuture(Exceptions.unwrap(thrown));
    if (failure instanceof MongoCommandException refused) {
      if (refused.getErrorCode() == NO_CHANGE_STREAMS) {
        return new QueryException(
            501,
            "tail_unavailable",
            "This MongoDB is not a replica set, so it does not report new events",
            "Ask for /v1/events at intervals, or run MongoDB as a replica set");
      }
      if (refused.getErrorCode() == HISTORY_LOST) {
        return new QueryException(
            410,
            "tail_expired",
            "MongoDB no longer has the position of Last-Event-ID",
            "Open the tail without Last-Event-ID, and read the missing events from /v1/events");
      }
      if (UNUSABLE_TOKEN.contains(refused.getErrorCode())) {
        return QueryException.parameterInvalid(
            "Last-Event-ID is not the id of an event of a tail",
            "Send the id of the last event unchanged, or leave the header out");
      }
      if (UNSUPPORTED.contains(refused.getErrorCode())) {
        return new QueryException(
            501,
            "query_unsupported",
            "This server does not know a part of the query that MongoDB has had since version 6.0",
            "Use MongoDB 6.0 or newer, not a substitute that only speaks its protocol");
      }
      if (TIMED_OUT.contains(refused.getErrorCode())) {
        return timeout(connection);
      }
      if (OUT_OF_MEMORY.contains(refused.getErrorCode())) {
        return tooLarge("The query exceeds the memory limit of MongoDB");
      }
    }
    MongoTrouble trouble = connection.explain(failure);
    boolean isUnreachable =
        failure instanceof MongoTimeoutException
            && String.valueOf(failure.getMessage()).contains("Client view of cluster state");
    if (!isUnreachable
        && (failure instanceof MongoOperationTimeoutException
            || failure instanceof MongoExecutionTimeoutException)) {
      return timeout(connection);
    }
    if (failure instanceof MongoException
        || failure instanceof IllegalStateException
        || failure instanceof IllegalArgumentException) {
      return new QueryException(
              503,
              "store_unavailable",
              "MongoDB did not execute the query: " + trouble.what(),
              "Ask again in some seconds. For the operator: " + trouble.fix())
          .withHeader("Retry-After", "2");
    }
    throw thrown;
  }

  static QueryException timeout(MongoConnection connection) {
    return new QueryException(
        504,
        "query_timeout",
        "The query took longer than %d ms".formatted(connection.settings().timeout().toMillis()),
        "Choose a shorter range, or add a service to the filter; the limit is the setting"
            + " QUERY_TIMEOUT");
  }
}
