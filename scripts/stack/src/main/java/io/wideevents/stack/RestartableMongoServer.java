package io.wideevents.stack;

/**
 * A MongoDB of our own, a replica set of one. It accepts writes when {@link #start} returns, which
 * takes some seconds, at most 60. {@link #close} may be called by any thread at any time.
 */
public sealed interface RestartableMongoServer extends MongoServer, Restartable
    permits ContainerMongoServer, MongodProcess {}
