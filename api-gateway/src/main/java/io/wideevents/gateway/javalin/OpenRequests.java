package io.wideevents.gateway.javalin;

import java.nio.channels.ClosedChannelException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.util.component.LifeCycle;

/**
 * The requests that have not ended. Ends them when the server has stopped, for the server reports
 * the end of a request that waits for a future no more. Safe for concurrent use.
 */
final class OpenRequests implements LifeCycle.Listener {
  private final Set<RequestScope> scopes = ConcurrentHashMap.newKeySet();

  void add(RequestScope scope) {
    scopes.add(scope);
  }

  void remove(RequestScope scope) {
    scopes.remove(scope);
  }

  @Override
  public void lifeCycleStopped(LifeCycle server) {
    scopes.forEach(scope -> scope.ended(new ClosedChannelException()));
    scopes.clear();
  }
}
