package io.wideevents.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.wideevents.process.SettingFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class SettingsCatalogueTest {
  private static final Setting<Integer> SIZE =
      Setting.named("MQ_BATCH_SIZE", SettingType.integer(1, 10_000))
          .flag("--batch-size")
          .defaultsTo("100")
          .unit("events")
          .example("500")
          .means("Events in one insert: 50% of the cost is per batch.");
  private static final Setting<Duration> INTERVAL =
      Setting.named(
              "FLUSH_INTERVAL", SettingType.duration(Duration.ofMillis(1), Duration.ofHours(1)))
          .defaultsTo("1s")
          .means("Longest wait of an event.");
  private static final Setting<Boolean> ANONYMOUS =
      Setting.named("HTTP_ALLOW_ANONYMOUS", SettingType.bool())
          .defaultsTo("false")
          .means("Whether anyone may post.");
  private static final Setting<String> PASSWORD =
      Setting.named("HTTP_KEY_PASSWORD", SettingType.text())
          .example("…")
          .secrecy(Secrecy.SECRET)
          .means("Password of the key.");
  private static final SettingsCatalogue CATALOGUE =
      SettingsCatalogue.of("log-worker", List.of(SIZE, INTERVAL, ANONYMOUS, PASSWORD));

  @Command(name = "log-worker")
  private static final class Root {}

  @Command(name = "lag")
  private static final class Lag {}

  @Test
  void resolve_takesDefaults() {
    SettingValues values = CATALOGUE.resolve(Map.of(), Map.of());

    assertThat(values.get(SIZE)).isEqualTo(100);
    assertThat(values.get(INTERVAL)).isEqualTo(Duration.ofSeconds(1));
    assertThat(values.get(ANONYMOUS)).isFalse();
    assertThat(values.find(PASSWORD)).isEmpty();
    assertThat(values.isExplicit(SIZE)).isFalse();
  }

  @Test
  void resolve_prefersEnvironmentToDefaultAndFlagToEnvironment() {
    Map<String, String> environment = Map.of("MQ_BATCH_SIZE", "200", "FLUSH_INTERVAL", " 2s ");

    SettingValues values = CATALOGUE.resolve(Map.of("--batch-size", "300"), environment);

    assertThat(values.get(SIZE)).isEqualTo(300);
    assertThat(values.get(INTERVAL)).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void resolve_callsGivenValueExplicitEvenWhenItIsTheDefault() {
    assertThat(CATALOGUE.resolve(Map.of(), Map.of("MQ_BATCH_SIZE", "100")).isExplicit(SIZE))
        .isTrue();
  }

  @Test
  void resolve_takesEmptyEnvironmentVariableForAbsent() {
    SettingValues values = CATALOGUE.resolve(Map.of(), Map.of("MQ_BATCH_SIZE", ""));

    assertThat(values.get(SIZE)).isEqualTo(100);
    assertThat(values.isExplicit(SIZE)).isFalse();
  }

  @Test
  void resolve_reportsAllProblemsAtOnce() {
    Map<String, String> environment =
        Map.of("FLUSH_INTERVAL", "-1s", "HTTP_ALLOW_ANONYMOUS", "yes", "KAFKA_CLIENT_ACKS", "0");

    InvalidSettingsException thrown = problems(Map.of("--batch-size", "0"), environment);

    assertThat(thrown.problems())
        .extracting(SettingProblem::message)
        .containsExactly(
            "MQ_BATCH_SIZE=0 is outside 1 to 10000 (flag --batch-size); use for example 500",
            "FLUSH_INTERVAL=-1s is not positive (environment); use for example 1s",
            "HTTP_ALLOW_ANONYMOUS=yes is neither true nor false (environment); use for example"
                + " false",
            "KAFKA_CLIENT_ACKS sets Kafka's acks, which is not free to choose: an acknowledged event"
                + " must not be lost or written twice (environment)");
  }

  @Test
  void problems_blameFlagWhenAnyIsFromFlag() {
    Map<String, String> wrong = Map.of("FLUSH_INTERVAL", "soon");

    assertThat(problems(Map.of("--batch-size", "x"), wrong).blamesFlag()).isTrue();
    assertThat(problems(Map.of(), wrong).blamesFlag()).isFalse();
  }

  @Test
  void resolve_runsChecksOnRightValuesOnly() {
    SettingsCatalogue checked =
        CATALOGUE.checkedBy(
            values ->
                values
                    .find(SIZE)
                    .filter(size -> size > 50)
                    .map(size -> List.of(values.problem(SIZE, "is more than HALF=50")))
                    .orElse(List.of()));

    assertThatThrownBy(() -> checked.resolve(Map.of(), Map.of("MQ_BATCH_SIZE", "51")))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessage("MQ_BATCH_SIZE=51 is more than HALF=50 (environment); use for example 500");
    assertThatThrownBy(() -> checked.resolve(Map.of(), Map.of("MQ_BATCH_SIZE", "many")))
        .hasMessageContaining("is not a whole number")
        .hasMessageNotContaining("HALF");
  }

  @Test
  void resolve_readsSecretFromFile(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("password"), " s3cret\n");

    SettingValues values =
        CATALOGUE.resolve(Map.of(), Map.of("HTTP_KEY_PASSWORD_FILE", file.toString()));

    assertThat(values.get(PASSWORD)).isEqualTo("s3cret");
    assertThat(values.isExplicit(PASSWORD)).isTrue();
    assertThat(values.warnings()).isEmpty();
  }

  @Test
  void resolve_refusesSecretBesideItsFileWithoutShowingIt() {
    Map<String, String> both =
        Map.of("HTTP_KEY_PASSWORD", "s3cret", "HTTP_KEY_PASSWORD_FILE", "/nowhere");

    assertThat(problems(Map.of(), both))
        .hasMessageContaining("HTTP_KEY_PASSWORD=*** is given beside HTTP_KEY_PASSWORD_FILE");
  }

  @Test
  void resolve_saysWhyFileCannotBeUsed(@TempDir Path directory) throws IOException {
    String empty = Files.writeString(directory.resolve("empty"), "\n").toString();

    assertThat(problems(Map.of(), Map.of("HTTP_KEY_PASSWORD_FILE", "/no/such/file")))
        .hasMessageContaining("/no/such/file cannot be read (NoSuchFileException)");
    assertThat(problems(Map.of(), Map.of("HTTP_KEY_PASSWORD_FILE", directory.toString())))
        .hasMessageContaining("is a directory");
    assertThat(problems(Map.of(), Map.of("HTTP_KEY_PASSWORD_FILE", empty)))
        .hasMessageContaining("is an empty file");
  }

  @Test
  void resolve_doesNotTakeFileForPublicSetting() {
    SettingValues values = CATALOGUE.resolve(Map.of(), Map.of("MQ_BATCH_SIZE_FILE", "/nowhere"));

    assertThat(values.warnings()).hasSize(1);
  }

  @Test
  void resolve_warnsOfUnknownNamesWithTheNearest() {
    Map<String, String> environment =
        Map.of("MQ_BATCHSIZE", "1", "HTTP_LISTEN_EVERYWHERE", "1", "HTTP_PROXY", "", "PATH", "");

    assertThat(CATALOGUE.resolve(Map.of(), environment).warnings())
        .containsExactly(
            "HTTP_LISTEN_EVERYWHERE is not a setting of log-worker and does nothing; see"
                + " log-worker --help",
            "MQ_BATCHSIZE is not a setting of log-worker and does nothing; did you mean"
                + " MQ_BATCH_SIZE?");
  }

  @Test
  void unknownNames_areShownBesideMistakesAndByPrintConfig() {
    Map<String, String> environment = Map.of("MQ_BATCHSIZE", "1", "MQ_BATCH_SIZE", "many");
    String warning =
        "MQ_BATCHSIZE is not a setting of log-worker and does nothing; did you mean MQ_BATCH_SIZE?";

    assertThatThrownBy(() -> CATALOGUE.resolve(Map.of(), environment))
        .isInstanceOfSatisfying(
            InvalidSettingsException.class,
            invalid -> assertThat(invalid.warnings()).containsExactly(warning));
    assertThat(CATALOGUE.resolve(Map.of(), Map.of("MQ_BATCHSIZE", "1")).print())
        .contains("# " + warning);
  }

  @Test
  void only_keepsNamesOfTheRestKnown() {
    SettingValues values = CATALOGUE.only(SIZE).resolve(Map.of(), Map.of("FLUSH_INTERVAL", "x"));

    assertThat(values.warnings()).isEmpty();
    assertThat(values.find(INTERVAL)).isEmpty();
  }

  @Test
  void ignoring_isSilentAboutNamesOfTheOtherProcess() {
    SettingsCatalogue catalogue = CATALOGUE.ignoring(java.util.Set.of("HTTP_PORT"));

    assertThat(catalogue.resolve(Map.of(), Map.of("HTTP_PORT", "1")).warnings()).isEmpty();
  }

  @Test
  void of_refusesSettingDeclaredTwice() {
    assertThatThrownBy(() -> SettingsCatalogue.of("log-worker", List.of(SIZE, SIZE)))
        .hasMessage("MQ_BATCH_SIZE or --batch-size is declared twice");
  }

  @Test
  void commandLine_givesFlagsOfTheCommandAndOfThoseAbove() {
    CommandLine root = new CommandLine(new Root());
    SettingFlags.add(CATALOGUE.only(SIZE, ANONYMOUS), root.getCommandSpec());
    CommandLine lag = new CommandLine(new Lag());
    SettingFlags.add(CATALOGUE.only(SIZE), lag.getCommandSpec());
    root.addSubcommand(lag);

    root.parseArgs(
        "--print-config", "--batch-size=1", "--http-allow-anonymous", "lag", "--batch-size", "7");
    SettingValues values = SettingFlags.resolve(CATALOGUE, lag.getCommandSpec(), Map.of());

    assertThat(values.get(SIZE)).isEqualTo(7);
    assertThat(values.get(ANONYMOUS)).isTrue();
    assertThat(SettingFlags.wantsPrint(lag.getCommandSpec())).isTrue();
  }

  @Test
  void commandLine_takesFalseForSwitch() {
    CommandLine root = new CommandLine(new Root());
    SettingFlags.add(CATALOGUE, root.getCommandSpec());

    root.parseArgs("--http-allow-anonymous=false");
    SettingValues values =
        SettingFlags.resolve(
            CATALOGUE, root.getCommandSpec(), Map.of("HTTP_ALLOW_ANONYMOUS", "true"));

    assertThat(values.get(ANONYMOUS)).isFalse();
    assertThat(SettingFlags.wantsPrint(root.getCommandSpec())).isFalse();
  }

  @Test
  void help_showsMeaningDefaultAndEnvironment() {
    CommandLine root = new CommandLine(new Root());
    SettingFlags.add(CATALOGUE, root.getCommandSpec());

    String help = root.getUsageMessage().replaceAll("\\s+", " ");

    assertThat(help)
        .contains("--batch-size=<number>")
        .contains("50% of the cost is per batch. Default: 100 events. Environment: MQ_BATCH_SIZE");
  }

  @Test
  void print_showsEverySettingWithItsSourceAndNoSecret() {
    Map<String, String> environment =
        Map.of(
            "HTTP_KEY_PASSWORD", "s3cret",
            "KAFKA_CLIENT_SASL_JAAS_CONFIG", "… password=\"s3cret\";",
            "KAFKA_CLIENT_SECURITY_PROTOCOL", "SASL_SSL");

    SettingValues values = CATALOGUE.resolve(Map.of("--batch-size", "7"), environment);

    assertThat(values.print().lines())
        .containsExactly(
            "MQ_BATCH_SIZE=7  # flag",
            "FLUSH_INTERVAL=1s  # default",
            "HTTP_ALLOW_ANONYMOUS=false  # default",
            "HTTP_KEY_PASSWORD=***  # environment",
            "KAFKA_CLIENT_SASL_JAAS_CONFIG=***  # environment",
            "KAFKA_CLIENT_SECURITY_PROTOCOL=SASL_SSL  # environment");
  }

  private static InvalidSettingsException problems(
      Map<String, String> flags, Map<String, String> environment) {
    return catchThrowableOfType(
        InvalidSettingsException.class, () -> CATALOGUE.resolve(flags, environment));
  }
}
