package io.wideevents.toolbox.pipeline;

import io.wideevents.stack.ChildProcess;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A log-worker process. The caller closes it.
 *
 * @param process runs, or has ended
 */
public record WorkerProcess(ChildProcess process) implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
  private static final Pattern CONSUMING =
      Pattern.compile("\\[MqConsumerService] Started MQ consumer for topic: \\S+");

  private static final Pattern LISTENING =
      Pattern.compile("\\[WorkerHttpServer] Listening on (http://\\S+)");

  /**
   * Starts a worker. Does not block.
   *
   * @param settings environment variables, in addition to those of this process
   * @param log file for its output
   */
  public static WorkerProcess start(ProjectHome home, Map<String, String> settings, Path log) {
    Map<String, String> environment = new HashMap<>(settings);
    environment.putIfAbsent("WORKER_HTTP_PORT", "0");
    return new WorkerProcess(home.start("log-worker", List.of("run"), environment, log));
  }

  /**
   * Blocks until the worker consumes, at most two minutes.
   *
   * @throws IllegalStateException if the worker does not start in time, with the end of its output
   */
  public WorkerProcess awaitConsuming() {
    process.awaitLog(CONSUMING, START_TIMEOUT);
    return this;
  }

  /**
   * The address of its health and metrics. Blocks until the worker listens, at most two minutes.
   */
  public URI url() {
    return URI.create(process.awaitLog(LISTENING, START_TIMEOUT).group(1));
  }

  @Override
  public void close() {
    process.close();
  }
}
