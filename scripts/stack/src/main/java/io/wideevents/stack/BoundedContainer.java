package io.wideevents.stack;

import org.testcontainers.containers.GenericContainer;

/** How the containers of the tests are run: with a bound to their memory, and none left behind. */
final class BoundedContainer {
  private static final long MEMORY_BYTES = 1L << 30;

  private BoundedContainer() {}

  /**
   * Starts it and blocks until it is ready; the first time its image is fetched.
   *
   * @throws RuntimeException of Testcontainers if that fails
   */
  static <T extends GenericContainer<T>> T start(T container) {
    container.withCreateContainerCmdModifier(
        command -> {
          if (command.getHostConfig() != null) {
            command.getHostConfig().withMemory(MEMORY_BYTES);
          }
        });
    try {
      container.start();
    } catch (RuntimeException e) {
      container.close();
      throw e;
    }
    return container;
  }
}
