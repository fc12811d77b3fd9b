package io.wideevents.stack;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A real Kafka broker (KRaft, one node) in a child JVM, for tests and the demo. The broker can be
 * killed, frozen and restarted on the same address and data.
 *
 * <p>The address is fixed at construction. The broker listens from {@link #start} on. Topics are
 * auto-created, which is Kafka's default. One thread at a time may call the methods, except for
 * {@link #close}, which any thread may call. The caller or the end of the JVM closes the broker.
 */
public final class KafkaBroker implements RestartableProcess, AutoCloseable {
  /**
   * System property with the directory of the broker's jars, if that is not beside the jar of this
   * class.
   */
  public static final String BROKER_LIB_PROPERTY = "wideevents.broker.lib";

  private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
  private static final Pattern READY = Pattern.compile("^" + BrokerMain.READY, Pattern.MULTILINE);

  private final RestartableServer server;
  private final int port;
  private final int controllerPort = FreePort.find();
  private final BrokerSettings settings;

  private KafkaBroker(BrokerSettings settings) {
    this.port = settings.port() == 0 ? FreePort.find() : settings.port();
    this.server =
        new RestartableServer(
            "Kafka broker at " + bootstrapServers(), settings.directory(), "kafka");
    this.settings = settings;
  }

  /** A broker that is not running yet. */
  public static KafkaBroker create(BrokerSettings settings) {
    return new KafkaBroker(settings);
  }

  /**
   * Starts a broker with temporary data, for the caller alone. Blocks until the broker is ready.
   */
  public static KafkaBroker startOwn() {
    KafkaBroker broker = create(BrokerSettings.DEFAULT);
    try {
      broker.start();
    } catch (RuntimeException e) {
      broker.close();
      throw e;
    }
    return broker;
  }

  /** {@code 127.0.0.1:port}; does not change at a restart. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /** The directory with data, log and settings. */
  Path directory() {
    return server.directory().path();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Takes a few seconds, at most 90.
   *
   * @throws IllegalStateException if the broker is running; or if it does not become ready, with
   *     the end of its output
   */
  @Override
  public void start() {
    Path properties = directory().resolve("server.properties");
    server.prepare(
        to ->
            BrokerProperties.write(properties, to.resolve("data"), port, controllerPort, settings));
    Path lib = brokerLib();
    Path code = codeSource();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // The first broker of a build that is stopped writes its classes at its end. Later ones start
    // from them with half the processor time. A JVM does that for jars only.
    Path classes = lib.resolveSibling("broker-classes.jsa");
    if (Files.isRegularFile(code)) {
      command.add("-XX:+AutoCreateSharedArchive");
      command.add("-XX:SharedArchiveFile=" + classes);
      // Writing warns of each class that cannot be kept, which would hide why a broker ended.
      command.addAll(List.of("-Xlog:disable", "-Xlog:all=error:stderr"));
    }
    command.addAll(
        List.of(
            "-Xmx512m",
            "-XX:+UseSerialGC",
            // The broker of a test lives for seconds, which is too short for the optimizing
            // compiler.
            "-XX:TieredStopAtLevel=1",
            // Files that a killed JVM leaves are in its directory, which is deleted.
            "-XX:-UsePerfData",
            "-Djava.io.tmpdir=" + directory(),
            "-Dorg.slf4j.simpleLogger.logFile=System.out",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config.AbstractConfig=warn",
            "-cp",
            lib + File.separator + "*" + File.pathSeparator + code,
            BrokerMain.class.getName(),
            properties.toString()));
    ServerSecurity security = settings.security();
    if (security != null) {
      command.add(
          "SCRAM-SHA-512=[name=%s,password=%s]".formatted(security.user(), security.password()));
    }
    try {
      server.start(command, process -> process.awaitLog(READY, START_TIMEOUT));
    } catch (IllegalStateException e) {
      // It may have written only the few classes that it loaded.
      classes.toFile().delete();
      throw e;
    }
  }

  @Override
  public ChildProcess process() {
    return server.process();
  }

  /** Sends SIGTERM, and SIGKILL if the broker takes longer than 15 s. */
  @Override
  public void stop() {
    server.stop();
  }

  /** Stops the broker and deletes temporary data. Idempotent. */
  @Override
  public void close() {
    server.close();
  }

  private static Path brokerLib() {
    String given = System.getProperty(BROKER_LIB_PROPERTY);
    Path lib =
        given == null ? codeSource().resolveSibling("broker-lib") : Path.of(given).toAbsolutePath();
    if (!Files.isDirectory(lib)) {
      throw new IllegalStateException(
          "No broker jars in %s; build them with: mvn -pl scripts/stack process-classes, or name their directory with -D%s=…"
              .formatted(lib, BROKER_LIB_PROPERTY));
    }
    return lib;
  }

  private static Path codeSource() {
    try {
      return Path.of(KafkaBroker.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("Cannot locate the classes of the stack", e);
    }
  }
}
