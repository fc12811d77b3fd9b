package io.wideevents.stack;

import de.bwaldvogel.mongo.backend.memory.MemoryBackend;

/**
 * A substitute for MongoDB inside this JVM, for machines that have none: good for a look, not for a
 * promise, since nothing is written to disk.
 */
final class InMemoryMongoServer implements MongoServer {
  private final de.bwaldvogel.mongo.MongoServer server;
  private final int port;

  private InMemoryMongoServer(de.bwaldvogel.mongo.MongoServer server, int port) {
    this.server = server;
    this.port = port;
  }

  /** Starts on {@code port} of 127.0.0.1, or on any free one when it is 0. */
  static InMemoryMongoServer start(int port) {
    int chosen = port == 0 ? FreePort.find() : port;
    var server = new de.bwaldvogel.mongo.MongoServer(new MemoryBackend());
    server.bind("127.0.0.1", chosen);
    return new InMemoryMongoServer(server, chosen);
  }

  @Override
  public String uri() {
    return "mongodb://127.0.0.1:" + port;
  }

  @Override
  public String describe() {
    return "an in-memory substitute for MongoDB (no mongod was found): its data is gone at the end";
  }

  @Override
  public boolean temporary() {
    return true;
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
