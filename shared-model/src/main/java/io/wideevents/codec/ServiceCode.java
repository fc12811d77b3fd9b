package io.wideevents.codec;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs methods of objects that a service passed to the library. */
public final class ServiceCode {
  private ServiceCode() {}

  /**
   * Returns the result of a method of the service, or {@code otherwise} if the method throws.
   * Anything that the method throws is caught, including an {@code Error} or a checked exception,
   * which Kotlin does not declare. The thread stays interrupted if it was before the call, or if
   * the method throws an {@code InterruptedException}.
   */
  public static <T extends @Nullable Object> T call(Supplier<T> method, Supplier<T> otherwise) {
    boolean interrupted = Thread.currentThread().isInterrupted();
    try {
      return method.get();
    } catch (Throwable e) {
      interrupted |= e instanceof InterruptedException;
      return otherwise.get();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
