package io.wideevents.logging;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.Tier;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A request that overflows its stack costs no other request its event. The JVM never initializes a
 * class again whose first initialization failed, so each case has the library's classes for itself.
 */
@Tag("slow")
class DeepRecursionTest {
  private static final int STACKS = 5;

  @ParameterizedTest
  @ValueSource(strings = {"error", "user", "dropped", "list", "stage"})
  void overflowInTheFirstRequest_leavesLaterEventsWhole(String call) throws Exception {
    for (int i = 0; i < STACKS; i++) {
      try (URLClassLoader fresh = new URLClassLoader(classPath(), parent())) {
        Object scenario =
            fresh
                .loadClass(Scenario.class.getName())
                .getConstructor(String.class, int.class)
                .newInstance(call, i);

        BsonDocument event = BsonDocument.parse(String.valueOf(((Callable<?>) scenario).call()));

        assertThat(event.getDocument("user").getString("role").getValue()).isEqualTo("customer");
        assertThat(event.getDocument("error").getString("message").getValue())
            .isEqualTo("declined");
        assertThat(event.getArray("items")).hasSize(2);
        assertThat(event.getDocument("_metadata").getDocument("logging").getArray("fields"))
            .hasSize(2);
      }
    }
  }

  private static ClassLoader parent() {
    return ClassLoader.getPlatformClassLoader();
  }

  private static URL[] classPath() throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    return urls.toArray(URL[]::new);
  }

  /** Overflows the stack in one request; returns the event of the next one. */
  public static final class Scenario implements Callable<String> {
    private final RecordingLogger tier = new RecordingLogger(Tier.KAFKA);
    private final String call;
    private final int padding;

    /**
     * @param padding calls between the thread's start and the recursion, so that the stack ends
     *     elsewhere in the library
     */
    public Scenario(String call, int padding) {
      this.call = call;
      this.padding = padding;
    }

    @Override
    public String call() throws Exception {
      LoggingService logging =
          LoggingService.queued(
              LoggingSettings.of("shop"),
              tier,
              new RecordingLogger(Tier.SPOOL),
              InstantSource.system());
      Thread first = new Thread(null, () -> overflow(logging), "first", 300_000);
      first.start();
      first.join();
      LoggingContext second = logging.begin("second", null);
      second
          .user(4711, "customer")
          .set("items", List.of(1, 2, new Object()))
          .set("ratio", Double.NaN)
          .error(new IllegalStateException("declined"));
      logging.complete(second, Ending.ANSWERED);
      logging.close();
      return tier.durable().values().stream()
          .map(event -> event.document(Tier.KAFKA).bson().toJson())
          .filter(json -> json.contains("\"second\""))
          .findFirst()
          .orElse("{}");
    }

    private void overflow(LoggingService logging) {
      LoggingContext context = logging.begin("first", null);
      try {
        pad(context, padding);
      } catch (StackOverflowError e) {
        logging.complete(context, Ending.ANSWERED);
      }
    }

    private void pad(LoggingContext context, int calls) {
      if (calls > 0) {
        pad(context, calls - 1);
      } else {
        recurse(context, 0);
      }
    }

    @SuppressWarnings("InfiniteRecursion") // It overflows the stack.
    private void recurse(LoggingContext context, int depth) {
      try {
        recurse(context, depth + 1);
      } catch (StackOverflowError e) {
        switch (call) {
          case "error" -> context.error(e);
          case "user" -> context.user(depth, "customer");
          case "dropped" -> context.set("ratio", Double.NaN);
          case "list" -> context.set("items", List.of(1, new Object()));
          default -> context.stage("stage" + depth);
        }
        throw e;
      }
    }
  }
}
