package io.wideevents.logging.javalin;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

/**
 * A request that notes its timeout before anyone else hears of it: Javalin answers in its own
 * listener, and with a journal the event is finalized with the first byte of that answer. Does not
 * show the attribute that the plugin keeps with the request.
 */
final class LoggedRequest extends HttpServletRequestWrapper {
  private final RequestScope scope;

  LoggedRequest(HttpServletRequest request, RequestScope scope) {
    super(request);
    this.scope = scope;
  }

  /** The attributes without the plugin's own: an application may write all of them out. */
  @Override
  public Enumeration<String> getAttributeNames() {
    List<String> names = Collections.list(super.getAttributeNames());
    names.remove(RequestScope.ATTRIBUTE);
    return Collections.enumeration(names);
  }

  @Override
  public AsyncContext startAsync() {
    return watched(super.startAsync());
  }

  @Override
  public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
    return watched(super.startAsync(request, response));
  }

  private AsyncContext watched(AsyncContext async) {
    async.addListener(new TimeoutWatch(scope));
    return async;
  }

  private record TimeoutWatch(RequestScope scope) implements AsyncListener {
    @Override
    public void onTimeout(AsyncEvent event) {
      scope.timedOut();
    }

    @Override
    public void onComplete(AsyncEvent event) {}

    @Override
    public void onError(AsyncEvent event) {}

    @Override
    public void onStartAsync(AsyncEvent event) {
      // A second asynchronous step forgets the listeners of the first.
      event.getAsyncContext().addListener(this);
    }
  }
}
