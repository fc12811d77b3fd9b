package io.wideevents.process;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;

/**
 * Handlers for the signals of the operating system. The JVM's own answer to a signal, its shutdown
 * hooks, is not enough: it exits with 143 after a clean end, and ignores further signals meanwhile.
 *
 * <p>{@code sun.misc.Signal} is exported by the module {@code jdk.unsupported} for want of an
 * alternative, and reached by reflection because javac's warning about the package cannot be turned
 * off while warnings fail the build.
 */
final class Signals {
  private Signals() {}

  /**
   * Runs {@code action}, on a new thread each time, whenever the signal arrives.
   *
   * @param name the signal without SIG: {@code TERM}
   * @return whether the signal will arrive: false when the platform does not know it, when the JVM
   *     keeps it, and when whoever started the process had it ignored, as nohup does
   */
  static boolean handle(String name, Runnable action) {
    try {
      Class<?> signalType = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      MethodHandle run =
          MethodHandles.lookup()
              .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
              .bindTo(action);
      Object handler =
          MethodHandleProxies.asInterfaceInstance(
              handlerType, MethodHandles.dropArguments(run, 0, signalType));
      Object signal = signalType.getConstructor(String.class).newInstance(name);
      Object previous =
          signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler);
      return !handlerType.getField("SIG_IGN").get(null).equals(previous);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException) {
        // Unknown here (SIGHUP on Windows), or kept by the JVM itself (-Xrs).
        return false;
      }
      throw new IllegalStateException("Cannot handle SIG" + name, e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "Cannot handle signals: this Java comes without the module jdk.unsupported", e);
    }
  }
}
