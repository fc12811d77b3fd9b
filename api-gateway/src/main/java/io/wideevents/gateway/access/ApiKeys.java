package io.wideevents.gateway.access;

import io.wideevents.gateway.files.FileWatch;
import io.wideevents.gateway.files.UnusableFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys in effect: those of the keys file as it was when last it was good. A file that vanishes
 * or breaks while the gateway runs locks nobody out and lets nobody in; it is an ERROR, once per
 * change.
 *
 * <p>Safe for concurrent use; never blocks, but for {@link #refresh}, which reads the file.
 */
public final class ApiKeys implements FileWatch.Watched {
  private static final Logger log = LoggerFactory.getLogger(ApiKeys.class);

  private final Path file;
  private volatile KeySet keys;
  private volatile Consumer<KeySet> onChange = changed -> {};
  private String trouble = "";

  private ApiKeys(Path file, KeySet keys) {
    this.file = file;
    this.keys = keys;
  }

  /**
   * Reads the file.
   *
   * @throws UnusableFileException if it cannot be read, breaks a rule, or holds no key
   */
  public static ApiKeys open(Path file) throws UnusableFileException {
    ApiKeys opened = new ApiKeys(file, KeysFile.read(file));
    opened.tell("Read the API keys");
    return opened;
  }

  Optional<ApiKey> find(KeyHash hash) {
    return keys.find(hash);
  }

  /** Asks to be told of each new set of keys, on the thread that found it. */
  void onChange(Consumer<KeySet> listener) {
    onChange = listener;
  }

  /** To be called by one thread. */
  @Override
  public void refresh() {
    try {
      KeySet now = KeysFile.read(file);
      boolean mended = !trouble.isEmpty();
      trouble = "";
      if (mended || !now.sameAs(keys)) {
        keys = now;
        onChange.accept(now);
        tell("Read the API keys anew");
      }
    } catch (UnusableFileException e) {
      String found = String.valueOf(e.getMessage());
      if (!found.equals(trouble)) {
        trouble = found;
        log.atError()
            .addKeyValue("keys", keys.keys().size())
            .addKeyValue("error", found)
            .log("API keys could not be read anew; those read before stay in effect");
      }
    }
  }

  private void tell(String what) {
    KeySet now = keys;
    log.atInfo()
        .addKeyValue("file", file)
        .addKeyValue("keys", now.keys().size())
        .addKeyValue(Scope.INGEST.label(), now.count(Scope.INGEST))
        .addKeyValue(Scope.QUERY.label(), now.count(Scope.QUERY))
        .addKeyValue(Scope.ADMIN.label(), now.count(Scope.ADMIN))
        .log(what);
  }
}
