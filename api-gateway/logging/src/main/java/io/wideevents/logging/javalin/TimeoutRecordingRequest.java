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
 * A request whose timeout is recorded before Javalin answers it. Javalin answers a timeout in its
 * own listener, and with a journal the first byte of that answer finalizes the event. Also hides
 * the plugin's request attribute.
 */
final class TimeoutRecordingRequest extends HttpServletRequestWrapper {
  private final RequestScope scope;

  TimeoutRecordingRequest(HttpServletRequest request, RequestScope scope) {
    super(request);
    this.scope = scope;
  }

  /**
   * The names of the attributes except the plugin's own, because an application may print all
   * attributes.
   */
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
      // A second asynchronous cycle removes the listeners of the first.
      event.getAsyncContext().addListener(this);
    }
  }
}
