package io.wideevents.stack;

import com.mongodb.ConnectionString;

/**
 * A server somebody else runs; nothing of it is ours to end.
 *
 * @param uri may hold a password, so {@link #describe} names the hosts alone
 */
record GivenMongoServer(String uri) implements MongoServer {

  @Override
  public String describe() {
    return "the MongoDB of MONGODB_URI at "
        + String.join(",", new ConnectionString(uri).getHosts());
  }

  @Override
  public boolean temporary() {
    return false;
  }

  @Override
  public String toString() {
    return describe();
  }

  @Override
  public void close() {}
}
