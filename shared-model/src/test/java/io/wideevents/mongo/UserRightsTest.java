package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UserRightsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{db: 'w', collection: ''} | 'insert', 'find' | []",
        "{db: '', collection: ''} | 'insert', 'find' | []",
        "{db: 'w', collection: 'e'} | 'insert', 'find' | []",
        "{anyResource: true} | 'insert', 'find' | []",
        "{db: 'w', collection: ''} | 'find', 'listIndexes' | [insert]",
        "{db: 'w', collection: 'other'} | 'insert', 'find' | [insert, find]",
        "{db: 'other', collection: ''} | 'insert', 'find' | [insert, find]",
        "{cluster: true} | 'insert', 'find' | [insert, find]"
      })
  void missing_holdsThePrivilegesAgainstTheCollection(
      String resource, String actions, String missing) {
    BsonDocument reply =
        BsonDocument.parse(
            "{authInfo: {authenticatedUsers: [{user: 'u', db: 'admin'}],"
                + " authenticatedUserPrivileges: [{resource: "
                + resource
                + ", actions: ["
                + actions
                + "]}]}}");

    assertThat(UserRights.missing(reply, "w", "e").toString()).isEqualTo(missing);
  }

  @Test
  void missing_isEmptyWithoutAccessControl() {
    assertThat(
            UserRights.missing(
                BsonDocument.parse(
                    "{authInfo: {authenticatedUsers: [], authenticatedUserPrivileges: []}}"),
                "w",
                "e"))
        .isEmpty();
    assertThat(UserRights.missing(new BsonDocument(), "w", "e")).isEmpty();
  }
}
