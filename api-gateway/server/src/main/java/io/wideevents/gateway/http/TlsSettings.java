package io.wideevents.gateway.http;

import static io.wideevents.config.SettingType.path;
import static io.wideevents.config.SettingType.text;

import io.wideevents.config.Secrecy;
import io.wideevents.config.SettingValue;
import io.wideevents.config.SettingsReader;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The files of the HTTPS certificate. Immutable.
 *
 * @param certificateFile the server's certificate, followed by its chain up to the root; PEM
 * @param keyFile the private key of the certificate; PEM
 * @param keyPassword password of an encrypted key; empty if the key is not encrypted
 */
public record TlsSettings(Path certificateFile, Path keyFile, Optional<String> keyPassword) {

  /** Reads the settings; empty for plain HTTP. */
  public static Supplier<Optional<TlsSettings>> read(SettingsReader settings) {
    SettingValue<Path> certificate =
        settings
            .read("HTTP_TLS_CERT_FILE", path())
            .example("/etc/wide-events/tls.crt")
            .means(
                "PEM file with the certificate for HTTPS, followed by its chain up to the"
                    + " root. It is read again when it changes. Unset: plain HTTP.");
    SettingValue<Path> key =
        settings
            .read("HTTP_TLS_KEY_FILE", path())
            .example("/etc/wide-events/tls.key")
            .means("PEM file with the private key of HTTP_TLS_CERT_FILE.");
    SettingValue<String> password =
        settings
            .read("HTTP_TLS_KEY_PASSWORD", text())
            .example("***")
            .secrecy(Secrecy.SECRET)
            .means("Password of HTTP_TLS_KEY_FILE. Unset: the key is not encrypted.");

    checkNeeds(settings, certificate, key, "HTTP_TLS_KEY_FILE");
    checkNeeds(settings, key, certificate, "HTTP_TLS_CERT_FILE");
    checkNeeds(settings, password, key, "HTTP_TLS_KEY_FILE");
    return () -> certificate.find().map(file -> new TlsSettings(file, key.get(), password.find()));
  }

  private static void checkNeeds(
      SettingsReader settings, SettingValue<?> given, SettingValue<?> other, String otherName) {
    settings.check(
        () -> {
          if (given.find().isPresent() && !other.isExplicit()) {
            settings.reject(given, "means nothing without " + otherName + " beside it");
          }
        });
  }

  /** Omits the password. */
  @Override
  public String toString() {
    return "TlsSettings[certificateFile=%s, keyFile=%s]".formatted(certificateFile, keyFile);
  }
}
