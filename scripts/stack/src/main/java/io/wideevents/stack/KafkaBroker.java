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
 * A real Kafka broker (KRaft, one node) in a child JVM, for tests and for trying things out: it can
 * be killed, frozen and restarted on the same address and data.
 *
 * <p>Its address is known, and does not change, from construction on; nothing listens there before
 * {@link #start}. Topics are auto-created as on a broker left at its defaults. Methods are to be
 * called by one thread at a time, but {@link #close} by any. The caller, or the end of the JVM,
 * closes it.
 */
public final class KafkaBroker implements Restartable, AutoCloseable {
  /** Names the directory with the broker's jars when it is not beside this class's own. */
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

  /** A running broker of the caller's own, with temporary data. Blocks until it is ready. */
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

  /** {@code 127.0.0.1:port}; the same over restarts. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /** Where its data, its log and its settings are. */
  Path directory() {
    return server.directory().path();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Takes a few seconds, at most 90.
   *
   * @throws IllegalStateException if it runs already, or did not become ready: then with the end of
   *     its output
   */
  @Override
  public void start() {
    Path properties = directory().resolve("server.properties");
    BrokerProperties.write(properties, directory().resolve("data"), port, controllerPort, settings);
    String classPath = brokerLib() + File.separator + "*" + File.pathSeparator + codeSource();
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-XX:+UseSerialGC",
            // The broker of a test lives for seconds: compiling it thoroughly never pays off.
            "-XX:TieredStopAtLevel=1",
            // What a killed JVM leaves behind goes with its directory.
            "-XX:-UsePerfData",
            "-Djava.io.tmpdir=" + directory(),
            "-Dorg.slf4j.simpleLogger.logFile=System.out",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config.AbstractConfig=warn",
            "-cp",
            classPath,
            BrokerMain.class.getName(),
            properties.toString()));
    ServerSecurity security = settings.security();
    if (security != null) {
      command.add(
          "SCRAM-SHA-512=[name=%s,password=%s]".formatted(security.user(), security.password()));
    }
    server.start(command, process -> process.awaitLog(READY, START_TIMEOUT));
  }

  /** The process that runs or ran last; a new one after each start. */
  public ChildProcess process() {
    return server.process();
  }

  @Override
  public void kill9() {
    process().kill9();
  }

  /** SIGTERM, and SIGKILL when the broker takes longer than 15 s. */
  @Override
  public void stop() {
    server.stop();
  }

  @Override
  public void pause() {
    process().pause();
  }

  @Override
  public void resume() {
    process().resume();
  }

  /** Stops the broker and deletes its data if that was temporary. Idempotent. */
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
