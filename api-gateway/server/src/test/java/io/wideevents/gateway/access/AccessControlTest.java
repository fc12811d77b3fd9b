package io.wideevents.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessControlTest {
  private final NewKey key = NewKey.make("shop", EnumSet.of(Scope.INGEST));
  private AccessControl access = AccessControl.open();

  @BeforeEach
  void open(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("keys"), key.line());
    access = new AccessControl(Optional.of(ApiKeys.open(file)), RateLimits.none());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer %s", "bearer %s", "BEARER   %s", " Bearer %s "})
  void admit_takesAGoodKey(String header) {
    assertThat(access.admit(List.of(header.formatted(key.text())), Scope.INGEST))
        .isEqualTo(new Admission.Granted(new Caller("shop")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s", "Basic %s", "Bearer", "Bearer ", "Bearer %s %s", "Bearer %s, x"})
  void admit_findsNoKeyInOtherHeaders(String header) {
    String given = header.replace("%s", key.text());

    assertThat(access.admit(List.of(given), Scope.INGEST)).isInstanceOf(Admission.NoKey.class);
  }

  @Test
  void admit_refusesNoHeaderAndMoreThanOne() {
    String good = "Bearer " + key.text();

    assertThat(access.admit(List.of(), Scope.INGEST)).isInstanceOf(Admission.NoKey.class);
    assertThat(access.admit(List.of(good, good), Scope.INGEST)).isInstanceOf(Admission.NoKey.class);
  }

  @Test
  void admit_tellsAnUnknownKeyFromAMissingScope() {
    assertThat(access.admit(List.of("Bearer " + key.text() + "x"), Scope.INGEST))
        .isInstanceOf(Admission.UnknownKey.class);
    assertThat(access.admit(List.of("Bearer " + key.text()), Scope.ADMIN))
        .isEqualTo(new Admission.ScopeMissing(new Caller("shop"), Scope.ADMIN));
  }

  @Test
  void admit_refusesTheHashInPlaceOfTheKey() {
    assertThat(access.admit(List.of("Bearer " + KeyHash.of(key.text()).hex()), Scope.INGEST))
        .isInstanceOf(Admission.UnknownKey.class);
  }

  @Test
  void admit_admitsEverybodyWithoutKeys() {
    assertThat(AccessControl.open().admit(List.of("Bearer of bad news"), Scope.ADMIN))
        .isEqualTo(new Admission.Granted(Caller.ANONYMOUS));
  }
}
