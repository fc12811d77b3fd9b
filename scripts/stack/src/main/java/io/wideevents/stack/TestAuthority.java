package io.wideevents.stack;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate authority for a test. Issues real certificates for servers on this machine, valid
 * for two days, in the file formats that servers and clients need.
 *
 * <p>Writes all files to the given directory, which the caller deletes.
 */
public final class TestAuthority {
  /** The password of every key store and trust store of this class. */
  public static final String STORE_PASSWORD = "test-store-password";

  private static final Duration VALIDITY = Duration.ofDays(2);

  private final Path directory;
  private final KeyPair keys = newKeys();
  private final X509Certificate root;

  private TestAuthority(Path directory) {
    this.directory = directory;
    this.root = sign("Test authority", keys, keys, Optional.empty());
  }

  /**
   * A server's certificate with its key.
   *
   * @param certificate PEM, followed by the authority's certificate
   * @param key PEM, PKCS#8, not encrypted
   * @param together certificate and key in one file
   * @param keyStore PKCS#12, under {@link #STORE_PASSWORD}
   * @param privateKey the content of {@code key}
   */
  public record Issued(
      Path certificate, Path key, Path together, Path keyStore, PrivateKey privateKey) {}

  /** Creates an authority. */
  public static TestAuthority create(Path directory) {
    TestAuthority made = new TestAuthority(directory);
    write(made.certificate(), pem(made.root));
    made.store(made.trustStore(), store -> store.setCertificateEntry("ca", made.root));
    return made;
  }

  /** The authority's certificate as PEM, which a client must trust. */
  public Path certificate() {
    return directory.resolve("ca.pem");
  }

  /** The authority's certificate as a PKCS#12 trust store, under {@link #STORE_PASSWORD}. */
  public Path trustStore() {
    return directory.resolve("trust.p12");
  }

  /** The TLS context of a client that trusts only this authority. */
  public SSLContext clientContext() {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("ca", root);
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A certificate for {@code localhost} and {@code 127.0.0.1}. */
  public Issued issue(String name) {
    return issue(
        name,
        new GeneralName(GeneralName.dNSName, "localhost"),
        new GeneralName(GeneralName.iPAddress, "127.0.0.1"));
  }

  /** A certificate for another host, which a client must reject. */
  public Issued issueFor(String name, String host) {
    return issue(name, new GeneralName(GeneralName.dNSName, host));
  }

  private Issued issue(String name, GeneralName... hosts) {
    KeyPair own = newKeys();
    X509Certificate signed = sign(name, own, keys, Optional.of(new GeneralNames(hosts)));
    String chain = pem(signed) + pem(root);
    String key = pem(own.getPrivate(), Optional.empty());
    Path keyStore = directory.resolve(name + ".p12");
    store(
        keyStore,
        store ->
            store.setKeyEntry(
                "server",
                own.getPrivate(),
                STORE_PASSWORD.toCharArray(),
                new Certificate[] {signed, root}));
    return new Issued(
        write(directory.resolve(name + ".pem"), chain),
        write(directory.resolve(name + ".key"), key),
        write(directory.resolve(name + "-both.pem"), key + chain),
        keyStore,
        own.getPrivate());
  }

  /** A key in the encrypted format of {@code openssl pkcs8 -topk8}. */
  public static String encrypted(PrivateKey key, String password) {
    try {
      OutputEncryptor encryptor =
          new JceOpenSSLPKCS8EncryptorBuilder(JcaPKCS8Generator.AES_256_CBC)
              .setProvider(new BouncyCastleProvider())
              .setPRF(new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256))
              .setPassword(password.toCharArray())
              .build();
      return pem(key, Optional.of(encryptor));
    } catch (OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Signs a server's certificate; without a host, the authority's own certificate. */
  private static X509Certificate sign(
      String subject, KeyPair subjects, KeyPair issuers, Optional<GeneralNames> hosts) {
    Instant now = Instant.now();
    try {
      var builder =
          new JcaX509v3CertificateBuilder(
              new X500Principal("CN=Test authority"),
              new BigInteger(120, new SecureRandom()),
              Date.from(now.minus(VALIDITY)),
              Date.from(now.plus(VALIDITY)),
              new X500Principal("CN=" + subject),
              subjects.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(hosts.isEmpty()));
      if (hosts.isPresent()) {
        builder.addExtension(Extension.subjectAlternativeName, false, hosts.get());
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(issuers.getPrivate())));
    } catch (CertIOException | OperatorCreationException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Adds entries to a key store. */
  private interface Filling {
    void fill(KeyStore store) throws GeneralSecurityException;
  }

  private void store(Path file, Filling filling) {
    try (OutputStream out = Files.newOutputStream(file)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      filling.fill(store);
      store.store(out, STORE_PASSWORD.toCharArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(PrivateKey key, Optional<OutputEncryptor> encryptor) {
    try {
      return pem(new JcaPKCS8Generator(key, encryptor.orElse(null)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String pem(Object what) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(what);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static Path write(Path file, String text) {
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
