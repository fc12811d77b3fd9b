package io.wideevents.gateway.http;

/**
 * The resources that the requests and connections of a server use at one moment. Every value is 0
 * when no client is connected and no request is under way; another value then is a leak.
 *
 * @param bytes memory reserved for bodies and events
 * @param receivingClients clients that have memory reserved for bodies that are being received
 * @param waitingBodies bodies that wait for a thread to check them
 * @param workingClients clients with bodies that are being checked, or wait for that
 * @param lingeringClients clients whose rejected bodies are still being read
 * @param requests counted requests under way
 * @param readingClients clients with counted reads under way
 * @param connections open connections
 * @param addresses client addresses that have connections or requests
 */
record HeldResources(
    long bytes,
    int receivingClients,
    int waitingBodies,
    int workingClients,
    int lingeringClients,
    int requests,
    int readingClients,
    int connections,
    int addresses) {
  static final HeldResources NONE = new HeldResources(0, 0, 0, 0, 0, 0, 0, 0, 0);
}
