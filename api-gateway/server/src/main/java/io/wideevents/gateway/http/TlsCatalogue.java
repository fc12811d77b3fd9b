package io.wideevents.gateway.http;

import io.wideevents.config.Secrecy;
import io.wideevents.config.Setting;
import io.wideevents.config.SettingProblem;
import io.wideevents.config.SettingType;
import io.wideevents.config.SettingValues;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The settings of HTTPS, part of the gateway's catalogue. */
public final class TlsCatalogue {
  public static final Setting<Path> HTTP_TLS_CERT_FILE =
      Setting.named("HTTP_TLS_CERT_FILE", SettingType.path())
          .example("/etc/wide-events/tls.crt")
          .means(
              "PEM file with the certificate for HTTPS, followed by its chain up to the"
                  + " root. It is read again when it changes. Unset: plain HTTP.");

  public static final Setting<Path> HTTP_TLS_KEY_FILE =
      Setting.named("HTTP_TLS_KEY_FILE", SettingType.path())
          .example("/etc/wide-events/tls.key")
          .means("PEM file with the private key of HTTP_TLS_CERT_FILE.");

  public static final Setting<String> HTTP_TLS_KEY_PASSWORD =
      Setting.named("HTTP_TLS_KEY_PASSWORD", SettingType.text())
          .example("***")
          .secrecy(Secrecy.SECRET)
          .means("Password of HTTP_TLS_KEY_FILE. Unset: the key is not encrypted.");

  /** All settings declared here, in the order of the documentation. */
  public static final List<Setting<?>> ALL =
      List.of(HTTP_TLS_CERT_FILE, HTTP_TLS_KEY_FILE, HTTP_TLS_KEY_PASSWORD);

  private TlsCatalogue() {}

  /** Checks the rules between these settings. */
  public static List<SettingProblem> check(SettingValues values) {
    List<SettingProblem> problems = new ArrayList<>();
    needs(values, HTTP_TLS_CERT_FILE, HTTP_TLS_KEY_FILE).ifPresent(problems::add);
    needs(values, HTTP_TLS_KEY_FILE, HTTP_TLS_CERT_FILE).ifPresent(problems::add);
    needs(values, HTTP_TLS_KEY_PASSWORD, HTTP_TLS_KEY_FILE).ifPresent(problems::add);
    return problems;
  }

  private static Optional<SettingProblem> needs(
      SettingValues values, Setting<?> given, Setting<?> other) {
    return values.find(given).isPresent() && !values.isExplicit(other)
        ? Optional.of(values.problem(given, "means nothing without " + other + " beside it"))
        : Optional.empty();
  }

  /** Returns the HTTPS settings; empty for plain HTTP. */
  public static Optional<TlsSettings> settings(SettingValues values) {
    return values
        .find(HTTP_TLS_CERT_FILE)
        .map(
            certificate ->
                new TlsSettings(
                    certificate,
                    values.get(HTTP_TLS_KEY_FILE),
                    values.find(HTTP_TLS_KEY_PASSWORD)));
  }
}
