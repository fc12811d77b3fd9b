package io.wideevents.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import io.wideevents.event.TestEvents;
import io.wideevents.files.UnusableFileException;
import io.wideevents.gateway.access.AccessControl;
import io.wideevents.stack.TestAuthority;
import io.wideevents.testing.LogCapture;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsIdentityTest {
  @TempDir private static Path authorityFiles;
  private static Optional<TestAuthority> authority = Optional.empty();
  private static Optional<TestAuthority.Issued> first = Optional.empty();
  private static Optional<TestAuthority.Issued> second = Optional.empty();

  private Path certificate = Path.of("");
  private Path key = Path.of("");

  @BeforeAll
  static void issue() {
    TestAuthority made = TestAuthority.create(authorityFiles);
    authority = Optional.of(made);
    first = Optional.of(made.issue("first"));
    second = Optional.of(made.issue("second"));
  }

  @BeforeEach
  void place(@TempDir Path directory) throws IOException {
    certificate = directory.resolve("tls.crt");
    key = directory.resolve("tls.key");
    put(first.orElseThrow().certificate(), certificate);
    put(first.orElseThrow().key(), key);
  }

  @Test
  void https_isServedToAClientThatTrustsTheAuthority() throws Exception {
    try (TestServer server = server(TlsIdentity.open(settings("")));
        HttpClient client = client()) {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(uri(server, "/v1/events"))
                  .header("Content-Type", "application/json")
                  .POST(BodyPublishers.ofString(TestEvents.minimal("req-1", Instant.now())))
                  .build(),
              BodyHandlers.ofString());

      assertThat(response.statusCode()).isEqualTo(202);
      assertThat(response.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
    }
  }

  @Test
  void plainHttp_isToldThatThePortSpeaksHttps() throws Exception {
    try (TestServer server = server(TlsIdentity.open(settings("")));
        RawConnection connection = new RawConnection(server.port())) {
      connection.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");

      assertThat(connection.readAll()).startsWith("HTTP/1.1 400 ").contains("https://");
    }
  }

  @Test
  void https_isNotBelievedByAClientThatDoesNot() {
    try (TestServer server = server(TlsIdentity.open(settings("")));
        HttpClient stranger = HttpClient.newHttpClient()) {
      assertThatThrownBy(
              () ->
                  stranger.send(
                      HttpRequest.newBuilder(uri(server, "/health/live")).build(),
                      BodyHandlers.ofString()))
          .isInstanceOf(SSLHandshakeException.class);
    }
  }

  @Test
  void https_speaksNothingOlderThanTls12() throws Exception {
    TlsIdentity identity = TlsIdentity.open(settings(""));
    try (TestServer server = server(identity)) {
      assertThat(presented(server)).isEqualTo("CN=first");
      assertThat(identity.contextFactory().getSelectedProtocols())
          .containsExactlyInAnyOrder("TLSv1.3", "TLSv1.2");
    }
  }

  @Test
  void refresh_presentsARenewedCertificateToNewConnections() throws Exception {
    TlsIdentity identity = TlsIdentity.open(settings(""));
    try (TestServer server = server(identity)) {
      assertThat(presented(server)).isEqualTo("CN=first");

      put(second.orElseThrow().certificate(), certificate);
      put(second.orElseThrow().key(), key);
      identity.refresh();
      identity.refresh();

      assertThat(presented(server)).isEqualTo("CN=second");
    }
  }

  @Test
  void refresh_keepsTheCertificateWhileTheFilesDoNotFit() throws Exception {
    TlsIdentity identity = TlsIdentity.open(settings(""));
    try (TestServer server = server(identity);
        LogCapture log = new LogCapture(TlsIdentity.class)) {
      // Seen once, between the writing of the two files: nothing to speak of.
      put(second.orElseThrow().certificate(), certificate);
      identity.refresh();
      assertThat(log.events()).isEmpty();

      // Left so: one ERROR, however often it is looked at.
      identity.refresh();
      identity.refresh();
      assertThat(presented(server)).isEqualTo("CN=first");

      // The file is gone: another.
      Files.delete(key);
      identity.refresh();
      identity.refresh();
      identity.refresh();
      assertThat(presented(server)).isEqualTo("CN=first");

      assertThat(log.events(Level.ERROR)).hasSize(2);
      assertThat(log.events(Level.ERROR).getFirst().getKeyValuePairs().toString())
          .contains("is not the key of the first certificate");
    }
  }

  @Test
  void open_readsAnEncryptedKey() throws Exception {
    encryptKey("correct horse");

    try (TestServer server = server(TlsIdentity.open(settings("correct horse")))) {
      assertThat(presented(server)).isEqualTo("CN=first");
    }
  }

  @Test
  void open_saysWhatIsWrongWithAnEncryptedKey() throws Exception {
    encryptKey("correct horse");

    assertThat(problem("")).contains("is encrypted; give its password in HTTP_TLS_KEY_PASSWORD");
    assertThat(problem("battery staple"))
        .contains("cannot be decrypted with HTTP_TLS_KEY_PASSWORD")
        .doesNotContain("battery");
  }

  @Test
  void open_saysWhatIsWrongWithTheFiles() throws IOException {
    put(second.orElseThrow().key(), key);
    assertThat(problem("")).contains(key + " is not the key of the first certificate in");

    Files.writeString(certificate, "no certificate");
    Files.writeString(key, "no key");
    assertThat(problem(""))
        .contains("HTTP_TLS_CERT_FILE=" + certificate + " holds no certificate in PEM form")
        .contains("HTTP_TLS_KEY_FILE=" + key + " holds no private key in PEM form");

    Files.writeString(key, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    assertThat(problem("")).contains("holds a private key that cannot be read");

    Files.delete(certificate);
    Files.delete(key);
    assertThat(catchThrowableOfType(UnusableFileException.class, () -> open("")).problems())
        .hasSize(2)
        .allSatisfy(each -> assertThat(each).contains("does not exist"));
  }

  private String problem(String password) {
    return String.valueOf(
        catchThrowableOfType(UnusableFileException.class, () -> open(password)).getMessage());
  }

  private void open(String password) {
    TlsIdentity.open(settings(password));
  }

  private TlsSettings settings(String password) {
    return new TlsSettings(
        certificate, key, password.isEmpty() ? Optional.empty() : Optional.of(password));
  }

  private static TestServer server(TlsIdentity identity) {
    return new TestServer(Optional.of(identity), AccessControl.open());
  }

  /** The subject of the certificate that a new connection is shown. */
  private static String presented(TestServer server) throws Exception {
    try (HttpClient client = client()) {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(uri(server, "/health/live")).build(), BodyHandlers.ofString());
      X509Certificate shown =
          (X509Certificate) response.sslSession().orElseThrow().getPeerCertificates()[0];
      return shown.getSubjectX500Principal().getName();
    }
  }

  private static HttpClient client() throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(authority.orElseThrow().trustStore())) {
      trusted.load(in, TestAuthority.STORE_PASSWORD.toCharArray());
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(context).build();
  }

  private static URI uri(TestServer server, String path) {
    return URI.create("https://localhost:" + server.port() + path);
  }

  private static void put(Path from, Path to) throws IOException {
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
  }

  private void encryptKey(String password) throws IOException {
    Files.writeString(key, TestAuthority.encrypted(first.orElseThrow().privateKey(), password));
  }
}
