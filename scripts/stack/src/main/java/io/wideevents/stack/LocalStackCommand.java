package io.wideevents.stack;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code scripts/local-stack}: a broker and a MongoDB until Ctrl-C. */
@Command(
    name = "local-stack",
    sortOptions = false,
    description = {
      "Starts a real Kafka broker and a MongoDB on this machine, prints their addresses as"
          + " KAFKA_BROKER=… and MONGODB_URI=…, and ends both on Ctrl-C, or with exit code 1 when"
          + " one of them dies.",
      "",
      "MongoDB is the first of these that exists: the server that MONGODB_URI names, which must"
          + " answer; the program mongod (MONGOD, or on the PATH); an in-memory substitute.",
      "",
    })
public final class LocalStackCommand implements Callable<Integer> {
  private static final int KAFKA_PORT = 9092;
  private static final int MONGODB_PORT = 27017;
  // The exit code that the JVM reports for a process that SIGKILL ended: 128 + 9.
  private static final int KILLED = 137;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Keep the data in DIR, and use the data that is there. Without it, the data is deleted at"
              + " the end.")
  private @Nullable Path data;

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      description = "Port of the broker. Default: 9092 when it is free, else any free port.")
  private @Nullable Integer kafkaPort;

  @Option(
      names = "--mongodb-port",
      paramLabel = "PORT",
      description = "Port of MongoDB. Default: 27017 when it is free, else any free port.")
  private @Nullable Integer mongodbPort;

  @Mixin private final CommandBasics basics = new CommandBasics();

  private final Map<String, String> environment = System.getenv();
  private final Teardown teardown = new Teardown("the local stack");

  @Override
  public Integer call() {
    PrintWriter talk = basics.talk();
    BrokerSettings broker =
        new BrokerSettings(
            data == null ? null : data.resolve("kafka"),
            choose("--kafka-port", kafkaPort, KAFKA_PORT),
            Map.of());
    MongodSettings mongod =
        new MongodSettings(
            data == null ? null : data.resolve("mongodb"),
            choose("--mongodb-port", mongodbPort, MONGODB_PORT));

    talk.println("Starting a Kafka broker and a MongoDB …");
    LocalStack stack = LocalStack.start(environment, broker, mongod);
    teardown.open(() -> stack, LocalStack::close);
    PrintWriter out = basics.out();
    out.println("KAFKA_BROKER=" + quoted(stack.broker().bootstrapServers()));
    out.println("MONGODB_URI=" + quoted(stack.mongo().uri()));
    out.flush();
    talk.println("The broker is process " + stack.broker().process().pid() + ".");
    talk.println("MongoDB is " + stack.mongo().describe() + ".");
    talk.println("Ctrl-C " + whatEnds(stack.mongo()));
    ChildProcess dead = stack.awaitDeath();
    // Ctrl-C also ends the servers, and ends this process.
    if (!teardown.interrupted()) {
      talk.println(
          "local-stack: " + dead.failure("ended with exit code " + dead.exitCode()).getMessage());
      talk.println(advice(dead));
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  private String advice(ChildProcess dead) {
    String cause =
        dead.exitCode() == KILLED
            ? "It was killed, by a user or by a system that is short of memory. "
            : "";
    String fate =
        data == null ? "with --data DIR, data and logs stay" : "it continues with " + data;
    return "%sThe rest is ended as well. Start local-stack again: %s.".formatted(cause, fate);
  }

  private String whatEnds(MongoServer mongo) {
    String fate = data == null ? "and deletes" : "and keeps";
    return switch (mongo) {
      case GivenMongoServer given ->
          "ends the broker %s its data; the MongoDB is yours and stays as it is.".formatted(fate);
      case InMemoryMongoServer standIn ->
          "ends both %s the broker's data; the substitute keeps none.".formatted(fate);
      case RestartableMongoServer own -> "ends both %s their data.".formatted(fate);
    };
  }

  public static void main(String[] arguments) {
    System.exit(
        new CommandLine(new LocalStackCommand())
            .setExecutionExceptionHandler(LocalStackCommand::fail)
            .execute(arguments));
  }

  private static int fail(Exception e, CommandLine commandLine, CommandLine.ParseResult parsed) {
    commandLine.getErr().println("local-stack: " + e.getMessage());
    return CommandLine.ExitCode.SOFTWARE;
  }

  private int choose(String flag, @Nullable Integer given, int usual) {
    if (given == null) {
      return FreePort.prefer(usual);
    }
    if (given < 1 || given > 65_535) {
      throw basics.wrongFlag("%s=%d is not a port; use 1 to 65535".formatted(flag, given));
    }
    if (!FreePort.isFree(given)) {
      throw new IllegalStateException(
          "Port %d is taken (%s); use another, or leave the flag out for any free one"
              .formatted(given, flag));
    }
    return given;
  }

  // A shell that evaluates the output must get the address unchanged.
  private static String quoted(String value) {
    return value.matches("[A-Za-z0-9._:/?=-]+") ? value : "'" + value.replace("'", "'\\''") + "'";
  }
}
