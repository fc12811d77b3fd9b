package io.wideevents.toolbox.shop;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code scripts/demo-shop}: a service that logs with the library. */
@Command(
    name = "demo-shop",
    sortOptions = false,
    usageHelpAutoWidth = true,
    description = {
      "A small shop that leaves one wide event per request: GET /v1/search, GET /v1/cart,"
          + " POST /v1/checkout. Kafka and MongoDB are where KAFKA_BROKER and MONGODB_URI say;"
          + " they may come later (scripts/local-stack starts both). Runs until Ctrl-C.",
      "",
    })
public final class ShopCommand implements Callable<Integer> {
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

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private boolean help;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    if (spec == null) {
      throw new IllegalStateException("Only picocli makes commands");
    }
    PrintWriter out = spec.commandLine().getOut();
    ShopLogging logging = ShopLogging.start(mode, System.getenv());
    ShopServer server = new ShopServer(logging);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  logging.close();
                },
                "close-shop"));
    int bound = server.start(port);
    out.printf("The shop listens on http://127.0.0.1:%d, logging: %s%n", bound, mode.label());
    out.printf("Try: curl -i -X POST 'http://127.0.0.1:%d/v1/checkout'%n", bound);
    out.flush();
    new CountDownLatch(1).await();
    return CommandLine.ExitCode.OK;
  }

  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new ShopCommand())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(arguments));
  }
}
