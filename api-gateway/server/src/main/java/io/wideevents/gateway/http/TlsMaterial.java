package io.wideevents.gateway.http;

import io.wideevents.files.SmallFile;
import io.wideevents.files.UnusableFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nl.altindag.ssl.pem.util.PemUtils;

/**
 * A certificate chain with its matching private key. Immutable.
 *
 * @param chain the server's own certificate first
 */
record TlsMaterial(List<X509Certificate> chain, PrivateKey key) {
  /** Password of a key store that exists only in the memory of this process. */
  static final String STORE_PASSWORD = "in-memory";

  private static final byte[] PROBE = "wide-events".getBytes(StandardCharsets.US_ASCII);

  TlsMaterial {
    chain = List.copyOf(chain);
  }

  /**
   * Reads both files, without parsing them.
   *
   * @throws UnusableFileException with what is wrong with either file
   */
  static Files read(TlsSettings settings) {
    List<String> problems = new ArrayList<>();
    byte[] certificate = read("HTTP_TLS_CERT_FILE", settings.certificateFile(), problems);
    byte[] key = read("HTTP_TLS_KEY_FILE", settings.keyFile(), problems);
    if (!problems.isEmpty()) {
      throw new UnusableFileException(problems);
    }
    return new Files(text(certificate), text(key));
  }

  /** The content of the two files; {@link #toString} shows neither. */
  record Files(String certificate, String key) {
    @Override
    public String toString() {
      return "Files[***]";
    }
  }

  /**
   * @throws UnusableFileException if a file cannot be parsed, or the certificate does not match the
   *     key
   */
  static TlsMaterial of(TlsSettings settings, Files files) {
    List<String> problems = new ArrayList<>();
    List<X509Certificate> chain = chain(settings.certificateFile(), files.certificate(), problems);
    Optional<PrivateKey> key = key(settings, files.key(), problems);
    if (problems.isEmpty() && !belongTogether(chain.getFirst().getPublicKey(), key.orElseThrow())) {
      problems.add(
          "HTTP_TLS_KEY_FILE=%s is not the key of the first certificate in HTTP_TLS_CERT_FILE=%s"
                  .formatted(settings.keyFile(), settings.certificateFile())
              + "; put the server's own certificate first, and take the key it was made with");
    }
    if (!problems.isEmpty()) {
      throw new UnusableFileException(problems);
    }
    return new TlsMaterial(chain, key.orElseThrow());
  }

  KeyStore keyStore() {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(
          "http", key, STORE_PASSWORD.toCharArray(), chain.toArray(Certificate[]::new));
      return store;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("Cannot hold a key and its certificate in memory", e);
    }
  }

  private static byte[] read(String setting, Path file, List<String> problems) {
    try {
      return SmallFile.read(setting, file);
    } catch (UnusableFileException e) {
      problems.addAll(e.problems());
      return new byte[0];
    }
  }

  private static List<X509Certificate> chain(Path file, String pem, List<String> problems) {
    try {
      return PemUtils.parseCertificate(pem);
    } catch (RuntimeException e) {
      problems.add(
          "HTTP_TLS_CERT_FILE=%s holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"
              .formatted(file));
      return List.of();
    }
  }

  private static Optional<PrivateKey> key(TlsSettings settings, String pem, List<String> problems) {
    try {
      return Optional.of(
          PemUtils.parsePrivateKey(
              pem, settings.keyPassword().map(String::toCharArray).orElse(null)));
    } catch (RuntimeException e) {
      problems.add(
          "HTTP_TLS_KEY_FILE=%s %s".formatted(settings.keyFile(), keyProblem(settings, pem)));
      return Optional.empty();
    }
  }

  private static String keyProblem(TlsSettings settings, String pem) {
    if (!pem.contains("PRIVATE KEY-----")) {
      return "holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)";
    }
    if (!pem.contains("ENCRYPTED")) {
      return "holds a private key that cannot be read; convert it with: openssl pkcs8 -topk8";
    }
    return settings.keyPassword().isEmpty()
        ? "is encrypted; give its password in HTTP_TLS_KEY_PASSWORD_FILE"
        : "cannot be decrypted with HTTP_TLS_KEY_PASSWORD";
  }

  /**
   * Whether the key matches the certificate. Signs with the key and verifies with the certificate,
   * which works for every kind of key.
   */
  private static boolean belongTogether(PublicKey certified, PrivateKey key) {
    try {
      Signature signature = Signature.getInstance(algorithm(key));
      signature.initSign(key);
      signature.update(PROBE);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(PROBE);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      // The key is of another algorithm than the certificate.
      return false;
    }
  }

  private static String algorithm(PrivateKey key) {
    return switch (key.getAlgorithm().toUpperCase(Locale.ROOT)) {
      case "EC", "ECDSA" -> "SHA256withECDSA";
      case "RSA" -> "SHA256withRSA";
      default -> key.getAlgorithm();
    };
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
