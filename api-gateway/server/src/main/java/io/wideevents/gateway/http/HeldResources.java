package io.wideevents.gateway.http;

/**
 * What the requests and connections of a server hold at one moment. All is 0 when no client is
 * connected: what stays is lost for the life of the process.
 *
 * @param bytes memory for bodies and events
 * @param receivingClients clients that hold memory for bodies that are being received
 * @param waitingBodies bodies that wait for their turn to be checked
 * @param workingClients clients with bodies that are being checked, or wait for that
 * @param lingeringClients clients whose rejected bodies are read on
 * @param requests requests under way that count
 * @param readingClients clients with reads under way that count
 * @param connections connections that are open
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
