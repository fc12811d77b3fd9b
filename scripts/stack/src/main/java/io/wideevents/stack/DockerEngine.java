package io.wideevents.stack;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Checks whether a Docker engine answers. Without an engine this takes milliseconds. Docker's
 * client library would take seconds, in every JVM of a build.
 */
final class DockerEngine {
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final int HTTP_PORT = 2375;
  private static final byte[] PING =
      "GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n".getBytes(US_ASCII);

  private DockerEngine() {}

  /**
   * Whether the engine of {@code DOCKER_HOST} answers; without this variable, an engine at one of
   * the usual addresses. Waits a second at most for each engine.
   */
  static boolean answers(Map<String, String> environment) {
    return addresses(environment).stream().anyMatch(DockerEngine::answers);
  }

  private static List<SocketAddress> addresses(Map<String, String> environment) {
    String given = environment.getOrDefault("DOCKER_HOST", "");
    if (!given.isBlank()) {
      return given(URI.create(given.strip()));
    }
    List<Path> sockets = new ArrayList<>(List.of(Path.of("/var/run/docker.sock")));
    String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    if (!runtime.isBlank()) {
      sockets.add(Path.of(runtime, "docker.sock"));
    }
    sockets.add(Path.of(environment.getOrDefault("HOME", "/"), ".docker", "run", "docker.sock"));
    return sockets.stream()
        .filter(Files::exists)
        .<SocketAddress>map(UnixDomainSocketAddress::of)
        .toList();
  }

  private static List<SocketAddress> given(URI uri) {
    return switch (String.valueOf(uri.getScheme())) {
      case "unix" -> List.of(UnixDomainSocketAddress.of(uri.getPath()));
      case "tcp", "http" ->
          List.of(
              new InetSocketAddress(uri.getHost(), uri.getPort() < 0 ? HTTP_PORT : uri.getPort()));
      // Only the client library supports named pipes and SSH.
      default -> List.of();
    };
  }

  private static boolean answers(SocketAddress address) {
    boolean unix = address instanceof UnixDomainSocketAddress;
    try (SocketChannel channel =
        SocketChannel.open(unix ? StandardProtocolFamily.UNIX : StandardProtocolFamily.INET)) {
      // Closing the channel ends a read that lasts too long.
      return CompletableFuture.supplyAsync(() -> pings(channel, address))
          .get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (IOException | ExecutionException | TimeoutException e) {
      return false; // which is the answer
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static boolean pings(SocketChannel channel, SocketAddress address) {
    try {
      channel.connect(address);
      channel.write(ByteBuffer.wrap(PING));
      ByteBuffer answer = ByteBuffer.allocate(12);
      while (answer.hasRemaining() && channel.read(answer) >= 0) {
        // until the status line is there
      }
      return new String(answer.array(), 0, answer.position(), US_ASCII).endsWith(" 200");
    } catch (IOException | RuntimeException e) {
      return false; // which is the answer
    }
  }
}
