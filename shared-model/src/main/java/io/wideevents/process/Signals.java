package io.wideevents.process;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;

/**
 * Handlers for the signals of the operating system. The JVM's shutdown hooks are not sufficient:
 * the JVM exits with 143 after a clean end, and ignores further signals meanwhile.
 *
 * <p>The module {@code jdk.unsupported} exports {@code sun.misc.Signal} because there is no
 * alternative. The class is used by reflection, because javac's warning about the package cannot be
 * disabled and warnings fail the build.
 */
final class Signals {
  private Signals() {}

  /**
   * Runs {@code action} on a new thread whenever the signal arrives.
   *
   * @param name the signal without SIG: {@code TERM}
   * @return whether the signal will arrive: false if the platform does not know it, if the JVM
   *     reserves it, and if the parent process set it to be ignored, as nohup does
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
        // Unknown on this platform (SIGHUP on Windows), or reserved by the JVM (-Xrs).
        return false;
      }
      throw new IllegalStateException("Cannot handle SIG" + name, e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "Cannot handle signals: this Java comes without the module jdk.unsupported", e);
    }
  }
}
