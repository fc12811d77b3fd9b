package io.wideevents.stack;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link MongodProcess} is set up.
 *
 * @param directory where its data and log live, created when absent and kept at the end; null for a
 *     temporary one
 * @param port of 127.0.0.1; 0 for any free one
 * @param testCommands whether tests may inject faults with {@code configureFailPoint}
 * @param security asks clients for TLS and a password; null for neither
 */
public record MongodSettings(
    @Nullable Path directory, int port, boolean testCommands, @Nullable ServerSecurity security) {
  /** A temporary directory and any free port. */
  public static final MongodSettings DEFAULT = new MongodSettings(null, 0);

  /** Without TLS and passwords. */
  public MongodSettings(@Nullable Path directory, int port, boolean testCommands) {
    this(directory, port, testCommands, null);
  }

  /** Without test commands. */
  public MongodSettings(@Nullable Path directory, int port) {
    this(directory, port, false);
  }
}
