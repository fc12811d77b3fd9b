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
 * A log-worker of its own process. Closed by whoever started it.
 *
 * @param process runs, or has ended
 */
public record WorkerProcess(ChildProcess process) implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Pattern CONSUMING =
      Pattern.compile("\\[MqConsumerService] Started MQ consumer for topic: \\S+");

  private static final Pattern LISTENING =
      Pattern.compile("\\[WorkerHttpServer] Listening on (http://\\S+)");

  /**
   * Starts it and returns at once.
   *
   * @param settings environment variables, added to this process's own
   * @param log where its output goes
   */
  public static WorkerProcess start(ProjectHome home, Map<String, String> settings, Path log) {
    Map<String, String> environment = new HashMap<>(settings);
    environment.putIfAbsent("WORKER_HTTP_PORT", "0");
    List<String> command = List.of(home.launcher("log-worker").toString(), "run");
    return new WorkerProcess(ChildProcess.start("log-worker", command, environment, log));
  }

  /**
   * Blocks until it consumes, at most 60 s.
   *
   * @throws IllegalStateException with the end of its output, if it does not
   */
  public WorkerProcess awaitConsuming() {
    process.awaitLog(CONSUMING, START_TIMEOUT);
    return this;
  }

  /** Where its health and metrics are; blocks until it listens, at most 60 s. */
  public URI url() {
    return URI.create(process.awaitLog(LISTENING, START_TIMEOUT).group(1));
  }

  @Override
  public void close() {
    process.close();
  }
}
