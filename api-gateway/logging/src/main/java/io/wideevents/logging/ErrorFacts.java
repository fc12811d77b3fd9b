package io.wideevents.logging;

import io.wideevents.codec.CopiedField;
import io.wideevents.codec.ServiceCode;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The facts of an exception, read before the event's lock is taken. */
record ErrorFacts(String code, String message, String type, String at) {

  static ErrorFacts of(Throwable failure) {
    return new ErrorFacts(
        failure instanceof CodedError coded
            ? read(coded::errorCode, className(failure))
            : className(failure),
        read(failure::getMessage, ""),
        failure.getClass().getName(),
        read(() -> failure.getStackTrace()[0].toString(), ""));
  }

  CopiedField[] copies(RequestRecord request) {
    return new CopiedField[] {
      request.copy("error.code", code),
      request.copy("error.message", message),
      request.copy("error.type", type),
      request.copy("error.at", at)
    };
  }

  private static String className(Throwable failure) {
    String full = failure.getClass().getName();
    String simple = read(failure.getClass()::getSimpleName, full);
    return simple.isEmpty() ? full : simple;
  }

  /**
   * Returns the result of a method of the exception; {@code otherwise} if the method throws or
   * returns null.
   */
  private static String read(Supplier<@Nullable String> method, String otherwise) {
    String text = ServiceCode.<@Nullable String>call(method, () -> null);
    return text == null ? otherwise : text;
  }
}
