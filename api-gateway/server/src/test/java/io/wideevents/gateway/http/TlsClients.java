package io.wideevents.gateway.http;

import io.wideevents.gateway.access.AccessControl;
import io.wideevents.stack.TestAuthority;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A server that speaks TLS, and clients that trust it. */
final class TlsClients {
  private TlsClients() {}

  static TestServer server(TestAuthority authority) {
    TestAuthority.Issued issued = authority.issue("gateway");
    return new TestServer(
        Optional.of(
            TlsIdentity.open(
                new TlsSettings(issued.certificate(), issued.key(), Optional.empty()))),
        AccessControl.open());
  }

  /** A client over a connected socket, before its handshake. */
  static SSLSocket over(Socket socket, TestAuthority authority)
      throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(authority.trustStore())) {
      trusted.load(in, TestAuthority.STORE_PASSWORD.toCharArray());
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return (SSLSocket)
        context.getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
  }
}
