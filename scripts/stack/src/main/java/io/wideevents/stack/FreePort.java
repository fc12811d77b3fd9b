package io.wideevents.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Finds free ports of the loopback interface. */
public final class FreePort {
  // Below the range of local ports that the system assigns to outgoing connections (from 32768 on
  // Linux). A port of that range may be in use when a killed server starts again. A client that
  // retries such a port while the server is down may connect to itself.
  private static final int FIRST = 16_384;
  private static final int LAST = 32_767;
  private static final int ATTEMPTS = 200;

  private FreePort() {}

  /**
   * A port that is free now and is not reserved.
   *
   * @throws IllegalStateException if no port was found
   */
  public static int find() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException(
        "No free port between %d and %d on 127.0.0.1 in %d attempts"
            .formatted(FIRST, LAST, ATTEMPTS));
  }

  /** The given port if it is free, else another free port. */
  public static int prefer(int port) {
    return isFree(port) ? port : find();
  }

  static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
