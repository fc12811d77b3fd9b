package io.wideevents.toolbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.config.Setting;
import io.wideevents.config.SettingsCatalogue;
import io.wideevents.documents.GeneratedSection;
import io.wideevents.gateway.config.GatewaySettings;
import io.wideevents.worker.config.WorkerSettings;
import io.wideevents.worker.query.QueryClientSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The settings of both processes side by side. */
class SettingsPageTest {
  private static final Path PAGE = Path.of("../../docs/configuration.md");
  private static final Set<String> OF_THE_GATEWAY = names(GatewaySettings.CATALOGUE);
  private static final Set<String> OF_THE_WORKER = names(WorkerSettings.CATALOGUE);

  @Test
  void tables_showEverySetting() throws IOException {
    List<Setting<?>> common = new ArrayList<>(GatewaySettings.CATALOGUE.settings());
    common.removeIf(setting -> !OF_THE_WORKER.contains(setting.name()));

    GeneratedSection.check(PAGE, "settings common", old -> table(common));
    GeneratedSection.check(
        PAGE, "settings api-gateway", old -> table(own(GatewaySettings.CATALOGUE, OF_THE_WORKER)));
    GeneratedSection.check(
        PAGE, "settings log-worker", old -> table(own(WorkerSettings.CATALOGUE, OF_THE_GATEWAY)));
    GeneratedSection.check(
        PAGE,
        "settings query commands",
        old -> table(own(QueryClientSettings.CATALOGUE, OF_THE_WORKER)));
  }

  @Test
  void settingsOfTheOtherProcess_causeNoWarning() {
    Map<String, String> ofTheGateway =
        own(GatewaySettings.CATALOGUE, OF_THE_WORKER).stream()
            .collect(Collectors.toMap(Setting::name, setting -> "1"));
    Map<String, String> ofTheWorker =
        own(WorkerSettings.CATALOGUE, OF_THE_GATEWAY).stream()
            .collect(Collectors.toMap(Setting::name, setting -> "1"));

    Map<String, String> ofTheCommands =
        own(QueryClientSettings.CATALOGUE, OF_THE_WORKER).stream()
            .collect(Collectors.toMap(Setting::name, Setting::example));

    assertThat(WorkerSettings.CATALOGUE.resolve(Map.of(), ofTheGateway).warnings()).isEmpty();
    assertThat(QueryClientSettings.CATALOGUE.resolve(Map.of(), ofTheGateway).warnings()).isEmpty();
    assertThat(WorkerSettings.CATALOGUE.resolve(Map.of(), ofTheCommands).warnings()).isEmpty();
    assertThat(GatewaySettings.CATALOGUE.resolve(Map.of(), ofTheCommands).warnings()).isEmpty();
    assertThat(GatewaySettings.CATALOGUE.resolve(Map.of(), ofTheWorker).warnings()).isEmpty();
  }

  private static Set<String> names(SettingsCatalogue<?> catalogue) {
    return catalogue.settings().stream().map(Setting::name).collect(Collectors.toSet());
  }

  private static List<Setting<?>> own(SettingsCatalogue<?> catalogue, Set<String> ofTheOther) {
    List<Setting<?>> own = new ArrayList<>(catalogue.settings());
    own.removeIf(setting -> ofTheOther.contains(setting.name()));
    return own;
  }

  private static String table(List<Setting<?>> settings) {
    return "| Environment | Flag | Default | Unit | Meaning |\n|---|---|---|---|---|\n"
        + settings.stream().map(SettingsPageTest::row).collect(Collectors.joining());
  }

  private static String row(Setting<?> setting) {
    return GeneratedSection.row(
        List.of(
            code(setting.name()) + setting.fileName().map(file -> " or " + code(file)).orElse(""),
            code(setting.flag()),
            setting.defaultText().map(SettingsPageTest::code).orElse("unset"),
            setting.unit().isEmpty() ? setting.type().label() : setting.unit(),
            setting.meaning()));
  }

  private static String code(String text) {
    return "`" + text + "`";
  }
}
