package io.wideevents.gateway.http;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What HTTPS is served with.
 *
 * @param certificateFile the server's certificate and, after it, those that lead to the root; PEM
 * @param keyFile its private key; PEM
 * @param keyPassword of the key, when it is encrypted
 */
public record TlsSettings(Path certificateFile, Path keyFile, Optional<String> keyPassword) {

  /** All but the password. */
  @Override
  public String toString() {
    return "TlsSettings[certificateFile=%s, keyFile=%s]".formatted(certificateFile, keyFile);
  }
}
