package io.wideevents.toolbox.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.process.ExitCode;
import io.wideevents.stack.ChildProcess;
import io.wideevents.toolbox.pipeline.ProjectHome;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class ShopCommandIT {
  private static final Duration BOUND = Duration.ofSeconds(90);
  private static final String NO_SERVER = "127.0.0.1:1";
  private static final Pattern LISTENING = Pattern.compile("The shop listens on");

  @TempDir private Path directory;

  @Test
  void shop_thatIsToldToStopEndsInOrder() {
    try (ChildProcess shop = start(Map.of(), "--port=0")) {
      shop.awaitLog(LISTENING, BOUND);

      shop.terminate();

      assertThat(shop.awaitExit(BOUND)).as(shop.logTail()).isZero();
    }
  }

  @Test
  void shop_whoseSpoolIsInUseSaysSo() {
    try (ChildProcess first = start(Map.of(), "--port=0")) {
      first.awaitLog(LISTENING, BOUND);

      assertEndsWithConfigurationError(
          Map.of(), "--port=0", "SPOOL_DIR", directory.resolve("spool").toString());
    }
  }

  @Test
  void shop_whosePortIsTakenSaysSo() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(other.getLocalPort());

      assertEndsWithConfigurationError(Map.of(), "--port=" + port, port, "--port");
    }
  }

  @Test
  void shop_withWrongSettingsNamesAllOfThem() {
    assertEndsWithConfigurationError(
        Map.of("LOGGING_JOURNAL", "perhaps", "MQ_BUFFER_BYTES", "1KiB"),
        "--port=0",
        "LOGGING_JOURNAL",
        "MQ_BUFFER_BYTES");
  }

  @Test
  void shop_withAPortThatIsNoneSaysSo() {
    assertEndsWith(ExitCode.USAGE, Map.of(), "--port=99999", "--port=99999", "65535");
  }

  @Test
  void shop_withASettingThatIsNoneSaysSo() {
    try (ChildProcess shop = start(Map.of("LOGGING_JURNAL", "true"), "--port=0")) {
      shop.awaitLog(LISTENING, BOUND);

      assertThat(shop.logText()).contains("LOGGING_JURNAL", "LOGGING_JOURNAL");
    }
  }

  private void assertEndsWithConfigurationError(
      Map<String, String> settings, String argument, String... words) {
    assertEndsWith(ExitCode.CONFIGURATION, settings, argument, words);
  }

  private void assertEndsWith(
      int exitCode, Map<String, String> settings, String argument, String... words) {
    try (ChildProcess shop = start(settings, argument)) {
      assertThat(shop.awaitExit(BOUND)).as(shop.logTail()).isEqualTo(exitCode);
      // For a person, who cannot do anything with a stack trace.
      assertThat(shop.logText()).contains(words).doesNotContain("\tat ");
    }
  }

  private ChildProcess start(Map<String, String> settings, String... arguments) {
    Map<String, String> environment = new HashMap<>(settings);
    environment.put("KAFKA_BROKER", NO_SERVER);
    environment.put("MONGODB_URI", "mongodb://" + NO_SERVER);
    environment.put("SPOOL_DIR", directory.resolve("spool").toString());
    List<String> command = new ArrayList<>();
    command.add(ProjectHome.find().launcher("demo-shop").toString());
    command.addAll(List.of(arguments));
    return ChildProcess.start("demo-shop", command, environment, directory.resolve("shop.log"));
  }
}
