package io.wideevents.gateway.http;

import io.wideevents.files.FileWatch;
import io.wideevents.files.SeenTwice;
import io.wideevents.files.UnusableFileException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's certificate and private key. They are read from two files and reloaded when the
 * files change. Open connections keep the certificate with which they started.
 *
 * <p>{@link #refresh} reads the files and is for one thread.
 */
public final class TlsIdentity implements FileWatch.Watched {
  private static final Logger log = LoggerFactory.getLogger(TlsIdentity.class);

  private final TlsSettings settings;
  private final SslContextFactory.Server factory = new SslContextFactory.Server();
  private final SeenTwice<Look> looks;

  private TlsIdentity(TlsSettings settings, TlsMaterial.Files files, TlsMaterial material) {
    this.settings = settings;
    this.looks = new SeenTwice<>(new Look(Optional.of(files), ""));
    factory.setIncludeProtocols("TLSv1.3", "TLSv1.2");
    use(factory, material);
  }

  /** The content of the files at one time, or the reason why they could not be read. */
  private record Look(Optional<TlsMaterial.Files> files, String problem) {}

  /**
   * Reads the files. Blocks on file input.
   *
   * @throws UnusableFileException with everything that is wrong with the files
   */
  public static TlsIdentity open(TlsSettings settings) {
    TlsMaterial.Files files = TlsMaterial.read(settings);
    TlsMaterial material = TlsMaterial.of(settings, files);
    tell("Read the certificate", material.chain().getFirst());
    return new TlsIdentity(settings, files, material);
  }

  SslContextFactory.Server contextFactory() {
    return factory;
  }

  @Override
  public void refresh() {
    // The two files cannot be replaced atomically, so a change takes effect only when it was seen
    // twice.
    looks.look(look(), now -> now.files().ifPresentOrElse(this::take, () -> refuse(now.problem())));
  }

  private Look look() {
    try {
      return new Look(Optional.of(TlsMaterial.read(settings)), "");
    } catch (UnusableFileException e) {
      return new Look(Optional.empty(), String.valueOf(e.getMessage()));
    }
  }

  private void take(TlsMaterial.Files files) {
    try {
      TlsMaterial material = TlsMaterial.of(settings, files);
      factory.reload(changed -> use(changed, material));
      tell("Read the changed certificate", material.chain().getFirst());
    } catch (UnusableFileException e) {
      refuse(String.valueOf(e.getMessage()));
    } catch (Exception e) { // reload declares no narrower exception
      refuse(String.valueOf(e));
    }
  }

  private static void refuse(String problem) {
    log.atError()
        .addKeyValue("error", problem)
        .log("The changed certificate could not be read; the previous certificate stays in effect");
  }

  private static void use(SslContextFactory factory, TlsMaterial material) {
    factory.setKeyStore(material.keyStore());
    factory.setKeyManagerPassword(TlsMaterial.STORE_PASSWORD);
  }

  private static void tell(String what, X509Certificate certificate) {
    log.atInfo()
        .addKeyValue("subject", certificate.getSubjectX500Principal())
        .addKeyValue("notAfter", certificate.getNotAfter().toInstant())
        .log(what);
    try {
      certificate.checkValidity();
    } catch (CertificateException e) {
      log.atWarn()
          .addKeyValue("notBefore", certificate.getNotBefore().toInstant())
          .addKeyValue("notAfter", certificate.getNotAfter().toInstant())
          .log("The certificate is not valid now; clients will reject it");
    }
  }
}
