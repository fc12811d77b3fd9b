package io.wideevents.stack;

import java.nio.file.Path;

/**
 * TLS and one user of a server for a test of both.
 *
 * @param authority whom clients trust
 * @param server the server's own certificate
 * @param user its name
 * @param password letters and digits
 */
public record ServerSecurity(
    TestAuthority authority, TestAuthority.Issued server, String user, String password) {

  /** For a server of this machine. */
  public static ServerSecurity create(Path directory, String user, String password) {
    TestAuthority authority = TestAuthority.create(directory);
    return new ServerSecurity(authority, authority.issue("server"), user, password);
  }

  /** Kafka's line for a client that logs in with SCRAM. */
  public String scramLogin(String withPassword) {
    return "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\" password=\"%s\";"
        .formatted(user, withPassword);
  }
}
