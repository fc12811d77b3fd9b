package io.wideevents.logging.javalin;

import java.nio.channels.ClosedChannelException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.util.component.LifeCycle;

/**
 * The requests that have not ended. Ends them when the server has stopped or failed to stop,
 * because the server then no longer reports the end of a request that waits for a future. Safe for
 * concurrent use.
 */
final class OpenRequests implements LifeCycle.Listener {
  private final Set<RequestScope> scopes = ConcurrentHashMap.newKeySet();
  private volatile boolean hasStopped;

  /** Adds a request. Ends it at once if the server has stopped. */
  void add(RequestScope scope) {
    scopes.add(scope);
    // Read after the request was added: either this thread sees that the server has stopped, or the
    // stopping thread sees the request.
    if (hasStopped) {
      endAll();
    }
  }

  void remove(RequestScope scope) {
    scopes.remove(scope);
  }

  @Override
  public void lifeCycleStarting(LifeCycle server) {
    hasStopped = false;
  }

  @Override
  public void lifeCycleStopped(LifeCycle server) {
    hasStopped = true;
    endAll();
  }

  @Override
  public void lifeCycleFailure(LifeCycle server, Throwable cause) {
    lifeCycleStopped(server);
  }

  private void endAll() {
    scopes.forEach(
        scope -> {
          if (scopes.remove(scope)) {
            scope.ended(new ClosedChannelException());
          }
        });
  }
}
