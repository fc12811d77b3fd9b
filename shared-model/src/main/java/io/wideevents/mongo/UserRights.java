package io.wideevents.mongo;

import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

/** The rights of a connection's user, as {@code connectionStatus} reports them. */
final class UserRights {
  /** Storing events needs inserts and queries of events whose id exists already. */
  private static final List<String> NEEDED = List.of("insert", "find");

  private UserRights() {}

  /** The actions on a collection that storing events needs and this user lacks. */
  static List<String> missing(BsonDocument reply, String database, String collection) {
    BsonDocument auth = reply.getDocument("authInfo", new BsonDocument());
    if (auth.getArray("authenticatedUsers", new BsonArray()).isEmpty()) {
      return List.of(); // no access control, or this command would have failed
    }
    List<BsonDocument> privileges =
        auth.getArray("authenticatedUserPrivileges", new BsonArray()).stream()
            .map(BsonValue::asDocument)
            .filter(privilege -> covers(privilege.getDocument("resource"), database, collection))
            .toList();
    return NEEDED.stream()
        .filter(
            action ->
                privileges.stream()
                    .noneMatch(
                        privilege ->
                            privilege.getArray("actions").contains(new BsonString(action))))
        .toList();
  }

  private static boolean covers(BsonDocument resource, String database, String collection) {
    return resource.getBoolean("anyResource", BsonBoolean.FALSE).getValue()
        || (names(resource, "db", database) && names(resource, "collection", collection));
  }

  // An empty name stands for every database, or every collection.
  private static boolean names(BsonDocument resource, String part, String name) {
    return resource.isString(part)
        && (resource.getString(part).getValue().isEmpty()
            || resource.getString(part).getValue().equals(name));
  }
}
