package io.wideevents.stack;

/**
 * A MongoDB that this process starts, a replica set of one member. The server accepts writes when
 * {@link #start} returns, after some seconds, at most 60. {@link #close} may be called by any
 * thread at any time.
 */
public sealed interface RestartableMongoServer extends MongoServer, Restartable
    permits ContainerMongoServer, MongodProcess {}
