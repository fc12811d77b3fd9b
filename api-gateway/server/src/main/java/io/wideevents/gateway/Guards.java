package io.wideevents.gateway;

import io.wideevents.files.FileWatch;
import io.wideevents.files.UnusableFileException;
import io.wideevents.gateway.access.AccessControl;
import io.wideevents.gateway.access.ApiKeys;
import io.wideevents.gateway.access.RateLimits;
import io.wideevents.gateway.config.GatewaySettings;
import io.wideevents.gateway.http.TlsIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The API keys, rate limits and certificate of the gateway, and the watch that reloads their files.
 */
record Guards(AccessControl access, Optional<TlsIdentity> tls, FileWatch watch)
    implements AutoCloseable {

  /**
   * Reads the files.
   *
   * @throws UnusableFileException with all problems of all files
   */
  static Guards open(GatewaySettings settings) {
    List<String> problems = new ArrayList<>();
    Optional<ApiKeys> keys =
        settings.access().keysFile().flatMap(file -> attempt(() -> ApiKeys.open(file), problems));
    Optional<TlsIdentity> tls =
        settings.tls().flatMap(files -> attempt(() -> TlsIdentity.open(files), problems));
    if (!problems.isEmpty()) {
      throw new UnusableFileException(problems);
    }
    List<FileWatch.Watched> watched =
        Stream.<Optional<? extends FileWatch.Watched>>of(keys, tls)
            .<FileWatch.Watched>flatMap(Optional::stream)
            .toList();
    return new Guards(
        new AccessControl(keys, new RateLimits(settings.access().rateLimit())),
        tls,
        new FileWatch(watched));
  }

  void start() {
    watch.start();
  }

  @Override
  public void close() {
    watch.close();
  }

  private static <T> Optional<T> attempt(Supplier<T> opening, List<String> problems) {
    try {
      return Optional.of(opening.get());
    } catch (UnusableFileException e) {
      problems.addAll(e.problems());
      return Optional.empty();
    }
  }
}
