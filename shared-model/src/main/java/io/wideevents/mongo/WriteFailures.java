package io.wideevents.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.MongoWriteConcernException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeoutException;

/**
 * Reads the cause of a write that was not confirmed ({@link WriteOutcome.NotConfirmed#cause}): of
 * one document or of a whole batch. Reads the exception and its causes.
 */
public final class WriteFailures {
  private static final String OVERLOADED_LABEL = "SystemOverloadedError";
  private static final int MAX_CAUSES = 10;

  private WriteFailures() {}

  /**
   * Whether the server asks for fewer writes. The same writes can succeed later at a lower rate.
   */
  public static boolean isThrottled(Throwable cause) {
    return code(cause).stream().anyMatch(WriteErrors::throttles)
        || causes(cause).stream()
            .anyMatch(
                each ->
                    each instanceof MongoException error && error.hasErrorLabel(OVERLOADED_LABEL));
  }

  /** The server's error code; empty if the server did not answer. */
  public static OptionalInt code(Throwable cause) {
    return causes(cause).stream()
        .mapToInt(WriteFailures::codeOf)
        .filter(code -> code > 0)
        .findFirst();
  }

  /**
   * The failure for a log line: the server's code and text, or the driver's text. Contains no part
   * of a document and no credential; on one line.
   */
  public static String text(Throwable cause) {
    List<Throwable> causes = causes(cause);
    return causes.stream()
        .flatMap(each -> serversText(each).stream())
        .findFirst()
        .or(() -> causes.stream().flatMap(each -> clientsText(each).stream()).findFirst())
        .orElseGet(() -> cause.getClass().getSimpleName());
  }

  private static int codeOf(Throwable failure) {
    return switch (failure) {
      case DocumentWriteException error -> error.code();
      case MongoCommandException error -> error.getErrorCode();
      case MongoWriteConcernException error -> error.getCode();
      default -> 0;
    };
  }

  private static Optional<String> serversText(Throwable failure) {
    return switch (failure) {
      case DocumentWriteException error -> Optional.ofNullable(error.getMessage());
      case MongoCommandException error ->
          Optional.of(
              text(error.getErrorCode(), error.getErrorCodeName(), error.getErrorMessage()));
      case MongoWriteConcernException error ->
          Optional.of(
              text(
                  error.getCode(),
                  error.getWriteConcernError().getCodeName(),
                  error.getWriteConcernError().getMessage()));
      default -> Optional.empty();
    };
  }

  private static String text(int code, String name, String words) {
    String named = name.isEmpty() ? "" : " (" + name + ")";
    return "server error " + code + named + ": " + WriteErrors.withoutContent(words);
  }

  /** Only exceptions about the server or the connection: others may quote the document. */
  private static Optional<String> clientsText(Throwable failure) {
    Optional<String> message = Optional.ofNullable(failure.getMessage());
    return switch (failure) {
      case UnsuitableCollectionException error -> message;
      case TimeoutException error -> message;
      case IllegalStateException error -> message.map(WriteErrors::withoutContent);
      // The driver's own text is a timeout with the state of the whole cluster.
      case MongoException error -> Optional.of(MongoTrouble.explain(error));
      default -> Optional.empty();
    };
  }

  private static List<Throwable> causes(Throwable cause) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable each = cause;
        each != null && causes.size() < MAX_CAUSES;
        each = each.getCause()) {
      causes.add(each);
    }
    return causes;
  }
}
