package io.wideevents.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MaskingTest {
  @ParameterizedTest
  @CsvSource({
    "mongodb://host:27017/db, mongodb://host:27017/db",
    "mongodb://user@host/, mongodb://user@host/",
    "mongodb://user:pw@host/, mongodb://user:***@host/",
    "mongodb://user:p@w@host/, mongodb://user:***@host/",
    "mongodb://user:p/w@host/, mongodb://user:***@host/",
    "mongodb://:pw@host/, mongodb://:***@host/",
    "mongodb://user:pw@a:1/?tls=true&tlsCertificateKeyFilePassword=x&w=1,"
        + " mongodb://user:***@a:1/?tls=true&tlsCertificateKeyFilePassword=***&w=1",
    "mongodb://a/?authMechanismProperties=AWS_SESSION_TOKEN:x,"
        + " mongodb://a/?authMechanismProperties=***"
  })
  void mask_hidesThePasswordOfAnAddress(String address, String shown) {
    assertThat(Masking.mask(Secrecy.CREDENTIALS, address)).isEqualTo(shown);
  }

  @ParameterizedTest
  @EnumSource
  void mask_neverShowsAPassword(Secrecy secrecy) {
    assertThat(Masking.mask(secrecy, "mongodb://user:s3cret@host/")).doesNotContain("s3cret");
  }
}
