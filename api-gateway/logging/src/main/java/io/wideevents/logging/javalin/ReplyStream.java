package io.wideevents.logging.javalin;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Observes the sending of the reply, whatever wrote it: a handler, a filter, a static file, an
 * error page of the server or a WebSocket upgrade. All of them call {@link #send}. Also observes
 * failures of the connection, which distinguishes a client that closed the connection from an
 * exception of the application.
 */
final class ReplyStream extends HttpStream.Wrapper {
  private final RequestScope scope;

  ReplyStream(HttpStream stream, RequestScope scope) {
    super(stream);
    this.scope = scope;
  }

  @Override
  public Content.@Nullable Chunk read() {
    Content.Chunk chunk = super.read();
    if (Content.Chunk.isFailure(chunk)) {
      scope.readFailed();
    }
    return chunk;
  }

  @Override
  public void send(
      MetaData.Request request,
      MetaData.@Nullable Response response,
      boolean last,
      @Nullable ByteBuffer content,
      Callback callback) {
    if (response != null && isFinal(response.getStatus())) {
      scope.replyBegins(response.getStatus());
    }
    super.send(request, response, last, content, new SendWatch(callback, last));
  }

  private static boolean isFinal(int status) {
    return status >= HttpStatus.OK_200 || status == HttpStatus.SWITCHING_PROTOCOLS_101;
  }

  private final class SendWatch extends Callback.Nested {
    private final boolean last;

    SendWatch(Callback callback, boolean last) {
      super(callback);
      this.last = last;
    }

    @Override
    public void succeeded() {
      if (last) {
        scope.replySent();
      }
      super.succeeded();
    }

    @Override
    public void failed(Throwable failure) {
      scope.sendFailed(failure);
      super.failed(failure);
    }
  }
}
