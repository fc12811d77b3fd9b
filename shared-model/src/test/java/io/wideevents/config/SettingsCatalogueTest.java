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
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class SettingsCatalogueTest {
  private static final String SIZE_MEANING = "Events in one insert: 50% of the cost is per batch.";
  private static final SettingsCatalogue<Values> CATALOGUE =
      SettingsCatalogue.of("log-worker", SettingsCatalogueTest::read);

  private record Values(
      SettingValue<Integer> size,
      SettingValue<Duration> interval,
      SettingValue<Boolean> anonymous,
      SettingValue<String> password) {}

  private static Supplier<Values> read(SettingsReader settings) {
    Values values =
        new Values(
            size(settings),
            settings
                .read(
                    "FLUSH_INTERVAL",
                    SettingType.duration(Duration.ofMillis(1), Duration.ofHours(1)))
                .byDefault("1s")
                .means("Longest wait of an event."),
            settings
                .read("HTTP_ALLOW_ANONYMOUS", SettingType.bool())
                .byDefault("false")
                .means("Whether anyone may post."),
            settings
                .read("HTTP_KEY_PASSWORD", SettingType.text())
                .example("…")
                .secrecy(Secrecy.SECRET)
                .means("Password of the key."));
    return () -> values;
  }

  private static SettingValue<Integer> size(SettingsReader settings) {
    return declareSize(settings).means(SIZE_MEANING);
  }

  private static SettingsReader.Declaration<Integer> declareSize(SettingsReader settings) {
    return settings
        .read("MQ_BATCH_SIZE", SettingType.integer(1, 10_000))
        .flag("--batch-size")
        .byDefault("100")
        .unit("events")
        .example("500");
  }

  @Command(name = "log-worker")
  private static final class Root {}

  @Command(name = "lag")
  private static final class Lag {}

  @Test
  void resolve_takesDefaults() {
    Values values = CATALOGUE.resolve(Map.of(), Map.of()).settings();

    assertThat(values.size().get()).isEqualTo(100);
    assertThat(values.interval().get()).isEqualTo(Duration.ofSeconds(1));
    assertThat(values.anonymous().get()).isFalse();
    assertThat(values.password().find()).isEmpty();
    assertThat(values.size().isExplicit()).isFalse();
  }

  @Test
  void resolve_prefersEnvironmentToDefaultAndFlagToEnvironment() {
    Map<String, String> environment = Map.of("MQ_BATCH_SIZE", "200", "FLUSH_INTERVAL", " 2s ");

    Values values = CATALOGUE.resolve(Map.of("--batch-size", "300"), environment).settings();

    assertThat(values.size().get()).isEqualTo(300);
    assertThat(values.interval().get()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void resolve_callsGivenValueExplicitEvenWhenItIsTheDefault() {
    Values values = CATALOGUE.resolve(Map.of(), Map.of("MQ_BATCH_SIZE", "100")).settings();

    assertThat(values.size().isExplicit()).isTrue();
  }

  @Test
  void resolve_takesEmptyEnvironmentVariableForAbsent() {
    Values values = CATALOGUE.resolve(Map.of(), Map.of("MQ_BATCH_SIZE", "")).settings();

    assertThat(values.size().get()).isEqualTo(100);
    assertThat(values.size().isExplicit()).isFalse();
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

    assertThat(problems(Map.of("--batch-size", "x"), wrong).concernsFlag()).isTrue();
    assertThat(problems(Map.of(), wrong).concernsFlag()).isFalse();
  }

  @Test
  void check_isSkippedForInvalidValue() {
    SettingsCatalogue<Integer> checked =
        SettingsCatalogue.of(
            "log-worker",
            settings -> {
              SettingValue<Integer> size = size(settings);
              settings.check(
                  () -> {
                    if (size.get() > 50) {
                      settings.reject(size, "is more than HALF=50");
                    }
                  });
              return size::get;
            });

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

    SettingValues<Values> values =
        CATALOGUE.resolve(Map.of(), Map.of("HTTP_KEY_PASSWORD_FILE", file.toString()));

    assertThat(values.settings().password().get()).isEqualTo("s3cret");
    assertThat(values.settings().password().isExplicit()).isTrue();
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
    SettingValues<Values> values =
        CATALOGUE.resolve(Map.of(), Map.of("MQ_BATCH_SIZE_FILE", "/nowhere"));

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
  void partOf_readsFewerSettingsAndKeepsTheOthersKnown() {
    SettingsCatalogue<Integer> part =
        SettingsCatalogue.of(
                "log-worker",
                settings -> {
                  SettingValue<Integer> size = size(settings);
                  return size::get;
                })
            .partOf(CATALOGUE);

    SettingValues<Integer> values = part.resolve(Map.of(), Map.of("FLUSH_INTERVAL", "x"));

    assertThat(values.warnings()).isEmpty();
    assertThat(values.settings()).isEqualTo(100);
    assertThat(part.settings()).extracting(Setting::name).containsExactly("MQ_BATCH_SIZE");
  }

  @Test
  void ignoring_isSilentAboutNamesOfTheOtherProcess() {
    SettingsCatalogue<Values> catalogue = CATALOGUE.ignoring(Set.of("HTTP_PORT"));

    assertThat(catalogue.resolve(Map.of(), Map.of("HTTP_PORT", "1")).warnings()).isEmpty();
  }

  @Test
  void read_givesTheSameValueWhenTwoPartsReadOneSetting() {
    SettingsCatalogue<Boolean> twice =
        SettingsCatalogue.of(
            "log-worker",
            settings -> {
              SettingValue<Integer> first = size(settings);
              SettingValue<Integer> second = size(settings);
              return () -> first == second;
            });

    assertThat(twice.settings()).hasSize(1);
    assertThat(twice.resolve(Map.of(), Map.of()).settings()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("declarationsThatDiffer")
  void of_namesThePartInWhichTwoDeclarationsOfOneSettingDiffer(
      String part, Function<SettingsReader, SettingValue<?>> other) {
    assertThatThrownBy(() -> sizeAnd(other))
        .hasMessage("MQ_BATCH_SIZE is declared twice, with a different " + part);
  }

  static List<Arguments> declarationsThatDiffer() {
    return List.of(
        differing("flag", size -> size.flag("--size")),
        differing("default", size -> size.byDefault("200")),
        differing("unit", size -> size.unit("records")),
        differing("example", size -> size.example("600")),
        differing("secrecy", size -> size.secrecy(Secrecy.SECRET)),
        Arguments.of(
            "meaning",
            (Function<SettingsReader, SettingValue<?>>)
                settings -> declareSize(settings).means("Another meaning.")),
        Arguments.of(
            "type",
            (Function<SettingsReader, SettingValue<?>>)
                settings ->
                    settings
                        .read("MQ_BATCH_SIZE", SettingType.text())
                        .flag("--batch-size")
                        .example("500")
                        .means(SIZE_MEANING)));
  }

  private static Arguments differing(
      String part, UnaryOperator<SettingsReader.Declaration<Integer>> change) {
    Function<SettingsReader, SettingValue<?>> other =
        settings -> change.apply(declareSize(settings)).means(SIZE_MEANING);
    return Arguments.of(part, other);
  }

  @Test
  void of_rejectsTwoSettingsWithOneFlag() {
    assertThatThrownBy(
            () ->
                sizeAnd(
                    settings ->
                        settings
                            .read("MQ_SIZE", SettingType.text())
                            .flag("--batch-size")
                            .example("x")
                            .means("Another setting.")))
        .hasMessage("--batch-size is declared twice");
  }

  private static SettingsCatalogue<Integer> sizeAnd(
      Function<SettingsReader, SettingValue<?>> other) {
    return SettingsCatalogue.of(
        "log-worker",
        settings -> {
          SettingValue<Integer> size = size(settings);
          var unused = other.apply(settings);
          return size::get;
        });
  }

  @Test
  void settings_areSelectedByName() {
    assertThat(CATALOGUE.settings("FLUSH_INTERVAL", "MQ_BATCH_SIZE"))
        .extracting(Setting::name)
        .containsExactly("FLUSH_INTERVAL", "MQ_BATCH_SIZE");
    assertThatThrownBy(() -> CATALOGUE.settings("MQ_SIZE"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("MQ_SIZE");
  }

  @Test
  void commandLine_givesFlagsOfTheCommandAndOfThoseAbove() {
    CommandLine root = new CommandLine(new Root());
    SettingFlags.add(
        CATALOGUE.settings("MQ_BATCH_SIZE", "HTTP_ALLOW_ANONYMOUS"), root.getCommandSpec());
    CommandLine lag = new CommandLine(new Lag());
    SettingFlags.add(CATALOGUE.settings("MQ_BATCH_SIZE"), lag.getCommandSpec());
    root.addSubcommand(lag);

    root.parseArgs(
        "--print-config", "--batch-size=1", "--http-allow-anonymous", "lag", "--batch-size", "7");
    Values values = SettingFlags.resolve(CATALOGUE, lag.getCommandSpec(), Map.of()).settings();

    assertThat(values.size().get()).isEqualTo(7);
    assertThat(values.anonymous().get()).isTrue();
    assertThat(SettingFlags.wantsPrint(lag.getCommandSpec())).isTrue();
  }

  @Test
  void commandLine_takesFalseForSwitch() {
    CommandLine root = new CommandLine(new Root());
    SettingFlags.add(CATALOGUE.settings(), root.getCommandSpec());

    root.parseArgs("--http-allow-anonymous=false");
    Values values =
        SettingFlags.resolve(
                CATALOGUE, root.getCommandSpec(), Map.of("HTTP_ALLOW_ANONYMOUS", "true"))
            .settings();

    assertThat(values.anonymous().get()).isFalse();
    assertThat(SettingFlags.wantsPrint(root.getCommandSpec())).isFalse();
  }

  @Test
  void help_showsMeaningDefaultAndEnvironment() {
    CommandLine root = new CommandLine(new Root());
    SettingFlags.add(CATALOGUE.settings(), root.getCommandSpec());

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

    SettingValues<Values> values = CATALOGUE.resolve(Map.of("--batch-size", "7"), environment);

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
