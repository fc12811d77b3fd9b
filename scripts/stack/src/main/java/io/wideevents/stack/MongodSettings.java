package io.wideevents.stack;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link MongodProcess} is set up.
 *
 * @param directory where its data and log live, created when absent and kept at the end; null for a
 *     temporary one
 * @param port of 127.0.0.1; 0 for any free one
 */
public record MongodSettings(@Nullable Path directory, int port) {
  /** A temporary directory and any free port. */
  public static final MongodSettings DEFAULT = new MongodSettings(null, 0);
}
