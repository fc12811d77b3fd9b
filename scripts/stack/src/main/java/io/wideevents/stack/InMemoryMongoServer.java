package io.wideevents.stack;

import de.bwaldvogel.mongo.backend.memory.MemoryBackend;

/**
 * A substitute for MongoDB inside this JVM, for machines without MongoDB. Writes nothing to disk,
 * so it cannot test durability.
 */
final class InMemoryMongoServer implements MongoServer {
  private final de.bwaldvogel.mongo.MongoServer server;
  private final int port;

  private InMemoryMongoServer(de.bwaldvogel.mongo.MongoServer server, int port) {
    this.server = server;
    this.port = port;
  }

  /** Starts on {@code port} of 127.0.0.1; 0 is any free port. */
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
