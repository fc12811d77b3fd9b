package io.wideevents.gateway.javalin;

import io.javalin.config.JavalinState;
import io.javalin.config.RouterConfig;
import io.javalin.http.Context;
import io.javalin.http.ExceptionHandler;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import io.javalin.router.InternalRouter;
import io.javalin.router.ParsedEndpoint;
import io.javalin.security.RouteRole;
import io.javalin.websocket.WsConfig;
import io.javalin.websocket.WsExceptionHandler;
import io.javalin.websocket.WsHandlerType;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Javalin's own router, which also notes the exceptions that pass it: the one place where those of
 * handlers and of futures both do, whatever the application maps them to. Everything else it leaves
 * to the router it stands for.
 */
final class RecordingRouter extends InternalRouter {
  private final InternalRouter router;
  private final RouterConfig config;

  RecordingRouter(JavalinState state) {
    super(state.wsRouter, state.eventManager, state.router, state.jetty);
    this.router = state.internalRouter;
    this.config = state.router;
    // The list of all handlers cannot be left to the other router: that method is final.
    router.allHttpHandlers().forEach(getHttpPathMatcher()::add);
  }

  @Override
  public void handleHttpException(Context ctx, Throwable throwable) {
    RequestScope scope = RequestScope.of(ctx.req());
    if (scope != null) {
      scope.failed(throwable);
    }
    router.handleHttpException(ctx, throwable);
  }

  @Override
  public InternalRouter addHttpEndpoint(Endpoint endpoint) {
    router.addHttpEndpoint(endpoint);
    getHttpPathMatcher().add(new ParsedEndpoint(endpoint, config));
    return this;
  }

  @Override
  public boolean hasHttpHandlerEntry(HandlerType handlerType, String requestUri) {
    return router.hasHttpHandlerEntry(handlerType, requestUri);
  }

  @Override
  public List<ParsedEndpoint> findHttpHandlerEntries(
      HandlerType handlerType, @Nullable String requestUri) {
    return router.findHttpHandlerEntries(handlerType, requestUri);
  }

  @Override
  public @Nullable ParsedEndpoint findFirstHttpHandlerEntry(
      HandlerType handlerType, String requestUri) {
    return router.findFirstHttpHandlerEntry(handlerType, requestUri);
  }

  @Override
  public InternalRouter addHttpErrorHandler(int status, String contentType, Handler handler) {
    router.addHttpErrorHandler(status, contentType, handler);
    return this;
  }

  @Override
  public void handleHttpError(int statusCode, Context ctx) {
    router.handleHttpError(statusCode, ctx);
  }

  @Override
  public <E extends Exception> InternalRouter addHttpExceptionHandler(
      Class<E> exceptionClass, ExceptionHandler<? super E> exceptionHandler) {
    router.addHttpExceptionHandler(exceptionClass, exceptionHandler);
    return this;
  }

  @Override
  public @Nullable Void handleHttpUnexpectedThrowable(
      HttpServletResponse response, Throwable throwable) {
    if (response instanceof LoggedResponse logged) {
      logged.scope().failed(throwable);
    }
    return router.handleHttpUnexpectedThrowable(response, throwable);
  }

  @Override
  public <E extends Exception> InternalRouter addWsExceptionHandler(
      Class<E> exceptionClass, WsExceptionHandler<? super E> exceptionHandler) {
    router.addWsExceptionHandler(exceptionClass, exceptionHandler);
    return this;
  }

  @Override
  public InternalRouter addWsHandler(
      WsHandlerType handlerType, String path, Consumer<WsConfig> wsConfig, RouteRole... roles) {
    router.addWsHandler(handlerType, path, wsConfig, roles);
    return this;
  }
}
