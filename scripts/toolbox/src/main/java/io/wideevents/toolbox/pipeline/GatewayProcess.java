package io.wideevents.toolbox.pipeline;

import io.wideevents.stack.ChildProcess;
import io.wideevents.stack.FreePort;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * An api-gateway process on a free port of 127.0.0.1. The caller closes it.
 *
 * @param process runs, or has ended
 * @param url where it listens, once {@link #awaitListening} has returned
 */
public record GatewayProcess(ChildProcess process, URI url) implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
  private static final Pattern LISTENING =
      Pattern.compile("\\[ApiGateway] Listening on http://127\\.0\\.0\\.1:\\d+");

  /**
   * Starts a gateway. Does not block.
   *
   * @param settings environment variables, in addition to those of this process
   * @param log file for its output
   */
  public static GatewayProcess start(ProjectHome home, Map<String, String> settings, Path log) {
    return start(home, settings, FreePort.find(), log);
  }

  /**
   * Starts a gateway on a given port, for clients of an earlier gateway on that port. Does not
   * block.
   *
   * @param settings environment variables, in addition to those of this process
   * @param log file for its output
   */
  public static GatewayProcess start(
      ProjectHome home, Map<String, String> settings, int port, Path log) {
    Map<String, String> environment = new HashMap<>(settings);
    environment.put("HTTP_HOST", "127.0.0.1");
    environment.put("HTTP_PORT", Integer.toString(port));
    return new GatewayProcess(
        home.start("api-gateway", List.of(), environment, log),
        URI.create("http://127.0.0.1:" + port));
  }

  /**
   * Blocks until the gateway accepts requests, at most two minutes. The first start of a build
   * records its AOT cache, which takes long on a busy machine.
   *
   * @throws IllegalStateException if the gateway does not start in time, with the end of its output
   */
  public GatewayProcess awaitListening() {
    process.awaitLog(LISTENING, START_TIMEOUT);
    return this;
  }

  @Override
  public void close() {
    process.close();
  }
}
