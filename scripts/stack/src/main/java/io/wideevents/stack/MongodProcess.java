package io.wideevents.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A {@code mongod} as a child process, a replica set of one member. The server can be killed,
 * frozen and restarted on the same address and data.
 *
 * <p>The address is fixed at construction. One thread at a time may call the methods, except for
 * {@link #close}, which any thread may call. The caller or the end of the JVM closes the server.
 */
public final class MongodProcess implements RestartableMongoServer, RestartableProcess {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Pattern LISTENING = Pattern.compile("Waiting for connections");

  private final Path binary;
  private final RestartableServer server;
  private final int port;
  private final boolean testCommands;
  private final @Nullable ServerSecurity security;

  private MongodProcess(Path binary, MongodSettings settings) {
    this.binary = binary;
    this.port = settings.port() == 0 ? FreePort.find() : settings.port();
    this.testCommands = settings.testCommands();
    this.security = settings.security();
    this.server = new RestartableServer("mongod on port " + port, settings.directory(), "mongodb");
  }

  /** Creates a server without starting it. */
  public static MongodProcess create(Path binary, MongodSettings settings) {
    return new MongodProcess(binary, settings);
  }

  /** Starts a server. Blocks until the server accepts writes. */
  public static MongodProcess start(Path binary, MongodSettings settings) {
    MongodProcess mongod = create(binary, settings);
    try {
      mongod.start();
    } catch (RuntimeException e) {
      mongod.close();
      throw e;
    }
    return mongod;
  }

  @Override
  public String uri() {
    ServerSecurity secured = security;
    return secured == null
        ? "mongodb://127.0.0.1:%d/?replicaSet=%s".formatted(port, ReplicaSet.NAME)
        : "mongodb://%s:%s@127.0.0.1:%d/?replicaSet=%s&tls=true"
            .formatted(secured.user(), secured.password(), port, ReplicaSet.NAME);
  }

  @Override
  public String describe() {
    return "a mongod of our own (%s) with data in %s".formatted(binary, server.directory().path());
  }

  @Override
  public boolean temporary() {
    return server.directory().temporary();
  }

  /** Starts the server. If the start fails, the exception contains the end of the output. */
  @Override
  public void start() {
    List<String> command = new ArrayList<>();
    command.addAll(
        List.of(
            binary.toString(),
            "--replSet",
            ReplicaSet.NAME,
            "--bind_ip",
            "127.0.0.1",
            "--port",
            Integer.toString(port),
            "--dbpath",
            server.directory().path().toString(),
            // The default is half of the machine's memory.
            "--wiredTigerCacheSizeGB",
            "0.5",
            "--oplogSize",
            "256",
            "--nounixsocket",
            "--setParameter",
            "diagnosticDataCollectionEnabled=false",
            "--setParameter",
            "enableTestCommands=" + (testCommands ? 1 : 0)));
    ServerSecurity secured = security;
    if (secured != null) {
      command.addAll(securityOptions(secured));
    }
    server.start(
        command,
        process -> {
          process.awaitLog(LISTENING, START_TIMEOUT);
          new ReplicaSet(port, secured).awaitPrimary(START_TIMEOUT);
        });
  }

  private List<String> securityOptions(ServerSecurity secured) {
    return List.of(
        "--keyFile",
        keyFile().toString(),
        "--tlsMode",
        "requireTLS",
        "--tlsCertificateKeyFile",
        secured.server().together().toString(),
        "--tlsCAFile",
        secured.authority().certificate().toString(),
        "--tlsAllowConnectionsWithoutCertificates");
  }

  /** The key file of the replica set, which a single member needs as well. */
  private Path keyFile() {
    Path file = server.directory().path().resolve("replica-set.key");
    server.prepare(directory -> writeKeyFile(file));
    return file;
  }

  private static void writeKeyFile(Path file) {
    try {
      if (!Files.exists(file)) {
        Files.writeString(file, "bWVtYmVycyBvZiB0aGUgc2FtZSByZXBsaWNhIHNldA==");
        // The server rejects a key file that other users may read.
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public ChildProcess process() {
    return server.process();
  }

  @Override
  public void stop() {
    server.stop();
  }

  /** Stops the server and deletes temporary data. Idempotent. */
  @Override
  public void close() {
    server.close();
  }
}
