package io.wideevents.gateway.access;

import io.wideevents.files.FileWatch;
import io.wideevents.files.SeenTwice;
import io.wideevents.files.UnusableFileException;
import io.wideevents.log.LogThrottle;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys in effect: those of the keys file as it was when last it was good. A file that vanishes
 * or breaks while the gateway runs locks nobody out and lets nobody in; it is an ERROR, once per
 * change. What is judged has been seen twice, so that nobody's key is gone while the file is being
 * written.
 *
 * <p>Safe for concurrent use; never blocks, but for {@link #refresh}, which reads the file.
 */
public final class ApiKeys implements FileWatch.Watched {
  private static final Logger log = LoggerFactory.getLogger(ApiKeys.class);

  private final Path file;
  private volatile KeySet keys;
  private volatile Consumer<KeySet> onChange = changed -> {};
  private final SeenTwice<Look> looks;
  private boolean broken;

  private ApiKeys(Path file, String content) {
    this.file = file;
    this.keys = KeysFile.parse(file, content);
    this.looks = new SeenTwice<>(new Look(Optional.of(content), ""));
  }

  /**
   * Reads the file.
   *
   * @throws UnusableFileException if it cannot be read, breaks a rule, or holds no key
   */
  public static ApiKeys open(Path file) throws UnusableFileException {
    ApiKeys opened = new ApiKeys(file, KeysFile.content(file));
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
    looks.look(
        look(), now -> now.content().ifPresentOrElse(this::take, () -> refuse(now.problem())));
  }

  /** What the file looked like at one time: what is in it, or why that is not known. */
  private record Look(Optional<String> content, String problem) {}

  private Look look() {
    try {
      return new Look(Optional.of(KeysFile.content(file)), "");
    } catch (UnusableFileException e) {
      return new Look(Optional.empty(), String.valueOf(e.getMessage()));
    }
  }

  private void take(String content) {
    try {
      KeySet now = KeysFile.parse(file, content);
      if (broken || !now.sameAs(keys)) {
        // Until all of it is done: a look after an error must not take it for done.
        broken = true;
        keys = now;
        onChange.accept(now);
        broken = false;
        tell("Read the changed API keys");
      }
    } catch (UnusableFileException e) {
      refuse(String.valueOf(e.getMessage()));
    }
  }

  private void refuse(String problem) {
    broken = true;
    LogThrottle.safely(
        () ->
            log.atError()
                .addKeyValue("keys", keys.keys().size())
                .addKeyValue("error", problem)
                .log("The changed API keys could not be read; the previous keys stay in effect"));
  }

  private void tell(String what) {
    KeySet now = keys;
    LogThrottle.safely(
        () ->
            log.atInfo()
                .addKeyValue("file", file)
                .addKeyValue("keys", now.keys().size())
                .addKeyValue(Scope.INGEST.label(), now.count(Scope.INGEST))
                .addKeyValue(Scope.QUERY.label(), now.count(Scope.QUERY))
                .addKeyValue(Scope.ADMIN.label(), now.count(Scope.ADMIN))
                .log(what));
  }
}
