package io.wideevents.gateway.http;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The files of the HTTPS certificate. Immutable.
 *
 * @param certificateFile the server's certificate, followed by its chain up to the root; PEM
 * @param keyFile the private key of the certificate; PEM
 * @param keyPassword password of an encrypted key; empty if the key is not encrypted
 */
public record TlsSettings(Path certificateFile, Path keyFile, Optional<String> keyPassword) {

  /** Omits the password. */
  @Override
  public String toString() {
    return "TlsSettings[certificateFile=%s, keyFile=%s]".formatted(certificateFile, keyFile);
  }
}
