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
 * The keys in effect: those of the last valid content of the keys file. If the file vanishes or
 * becomes invalid while the gateway runs, the previous keys stay in effect, and each such change is
 * logged once as ERROR. New content takes effect when two reads in a row have found it, so that a
 * file that is being written is not used.
 *
 * <p>Safe for concurrent use. Only {@link #refresh} blocks: it reads the file.
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
   * Reads the file. Blocks on file input.
   *
   * @throws UnusableFileException if the file cannot be read, breaks a rule, or contains no key
   */
  public static ApiKeys open(Path file) throws UnusableFileException {
    ApiKeys opened = new ApiKeys(file, KeysFile.content(file));
    opened.tell("Read the API keys");
    return opened;
  }

  Optional<ApiKey> find(KeyHash hash) {
    return keys.find(hash);
  }

  /**
   * Sets the listener for new sets of keys. The thread that calls {@link #refresh} calls the
   * listener.
   */
  void onChange(Consumer<KeySet> listener) {
    onChange = listener;
  }

  /** Reads the file and applies a change. For one thread; blocks on file input. */
  @Override
  public void refresh() {
    looks.look(
        look(), now -> now.content().ifPresentOrElse(this::take, () -> refuse(now.problem())));
  }

  /** The content of the file at one time, or the reason why it could not be read. */
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
        // Stays true if the listener throws, so that the next refresh applies the keys again.
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
                .addKeyValue(Scope.ADMIN.label(), now.count(Scope.ADMIN))
                .log(what));
  }
}
