package io.wideevents.toolbox.shop;

import io.javalin.util.JavalinBindException;
import io.wideevents.delivery.spool.SpoolUnavailableException;
import io.wideevents.process.CommandFailedException;
import io.wideevents.process.ExitCode;
import io.wideevents.process.ProcessMain;
import io.wideevents.process.Shutdown;
import io.wideevents.stack.CommandBasics;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code scripts/demo-shop}: a service that logs with the library. */
@Command(
    name = "demo-shop",
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = {
      "A small shop that leaves one wide event per request: GET /v1/search, GET /v1/cart,"
          + " POST /v1/checkout. Kafka and MongoDB are where KAFKA_BROKER and MONGODB_URI say;"
          + " they may come later (scripts/local-stack starts both). What neither takes waits in"
          + " SPOOL_DIR (default: shop-spool, below this directory). Runs until Ctrl-C.",
      "",
    })
public final class ShopCommand implements Callable<Integer> {
  private static final int MAX_PORT = 65_535;

  // Time for the requests in flight, plus the closing time of the logging.
  private static final Duration CLOSE_BOUND = Duration.ofMillis(7_800);

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8090",
      description = "Port on 127.0.0.1, 0 for any (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      defaultValue = "kafka",
      description =
          "none: no logging; mongodb: each request waits for an insert; kafka: handed off"
              + " (default: ${DEFAULT-VALUE}).")
  private LogMode mode = LogMode.KAFKA;

  @Mixin private final CommandBasics basics = new CommandBasics();

  @Override
  public Integer call() throws InterruptedException {
    if (port < 0 || port > MAX_PORT) {
      throw basics.wrongFlag("--port=%d is outside 0 to %d".formatted(port, MAX_PORT));
    }
    ShopLogging logging = startLogging();
    ShopServer server = new ShopServer(logging);
    Shutdown shutdown =
        new Shutdown(
            CLOSE_BOUND,
            () -> {
              server.close();
              logging.close();
            },
            logging::leftovers);
    shutdown.install();
    int bound;
    try {
      bound = server.start(port);
    } catch (JavalinBindException e) {
      logging.close();
      throw new CommandFailedException(
          ExitCode.CONFIGURATION,
          "Cannot listen on 127.0.0.1:%d; give another --port, or end what listens there"
              .formatted(port),
          e);
    }
    PrintWriter out = basics.out();
    out.printf("The shop listens on http://127.0.0.1:%d, logging: %s%n", bound, mode.label());
    out.printf("Try: curl -i -X POST 'http://127.0.0.1:%d/v1/checkout'%n", bound);
    out.flush();
    return shutdown.await();
  }

  private ShopLogging startLogging() {
    try {
      return ShopLogging.start(mode, System.getenv());
    } catch (SpoolUnavailableException e) {
      throw new CommandFailedException(ExitCode.CONFIGURATION, e.getMessage() + " (SPOOL_DIR)", e);
    }
  }

  public static void main(String[] arguments) {
    ProcessMain.run(new CommandLine(new ShopCommand()), ShopCommand.class, arguments);
  }
}
