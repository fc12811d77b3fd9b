package io.wideevents.delivery.mongo;

/** What a simulation looks at in the writer to MongoDB. */
public final class SteppedMongo {
  private SteppedMongo() {}

  /** Events that are waiting or being written. */
  public static int pendingEvents(MongoLogger logger) {
    return logger.pendingEvents();
  }
}
