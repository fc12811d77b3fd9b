package io.wideevents.gateway.access;

import io.wideevents.codec.IntakeMode;
import io.wideevents.files.SmallFile;
import io.wideevents.files.UnusableFileException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Parses keys files: a line {@code name:sha256-hex:scope,scope} for each key, perhaps with {@code
 * :intake}; blank lines and lines that start with {@code #} are ignored. Error messages contain
 * line numbers. They never quote a hash or other text of the file, which might be a key that was
 * written there by mistake.
 */
final class KeysFile {
  private static final int LEAST_PARTS = 3;
  // The last part is the intake, which may contain colons.
  private static final int MOST_PARTS = 4;

  private final Path file;
  private final List<String> problems = new ArrayList<>();
  private final List<ApiKey> keys = new ArrayList<>();
  private final Map<String, Integer> lineByName = new HashMap<>();
  private final Map<String, Integer> lineByHash = new HashMap<>();

  private KeysFile(Path file) {
    this.file = file;
  }

  /** Returns the content of the file. Blocks on file input. */
  static String content(Path file) throws UnusableFileException {
    return new String(SmallFile.read("API_KEYS_FILE", file), StandardCharsets.UTF_8);
  }

  /**
   * @throws UnusableFileException with all problems of the file; a file without a key is a problem,
   *     because no client could use the gateway
   */
  static KeySet parse(Path file, String content) throws UnusableFileException {
    KeysFile reading = new KeysFile(file);
    int number = 0;
    for (String line : content.split("\\R", -1)) {
      number++;
      String text = line.strip();
      if (!text.isEmpty() && !text.startsWith("#")) {
        reading.line(number, text);
      }
    }
    if (reading.keys.isEmpty() && reading.problems.isEmpty()) {
      reading.problems.add(
          "API_KEYS_FILE=%s holds no key; make one with: api-gateway keys create --name NAME"
                  .formatted(file)
              + " --append "
              + file);
    }
    if (!reading.problems.isEmpty()) {
      throw new UnusableFileException(reading.problems);
    }
    return new KeySet(reading.keys);
  }

  private void line(int number, String text) {
    String[] parts = text.split(":", MOST_PARTS);
    if (parts.length < LEAST_PARTS) {
      problem(number, "is not name:sha256-hex:scope,scope or name:sha256-hex:scope,scope:intake");
      return;
    }
    boolean hasName = ApiKey.isName(parts[0]);
    if (!hasName) {
      problem(number, "has a name other than " + ApiKey.NAME_FORM);
    }
    Optional<KeyHash> hash = KeyHash.parse(parts[1]);
    if (hash.isEmpty()) {
      problem(number, "has no SHA-256 hash of 64 hexadecimal digits after the name");
    }
    Set<Scope> scopes = scopes(number, parts[2]);
    Optional<IntakeMode> intake =
        parts.length == MOST_PARTS ? intake(number, parts[3].strip()) : Optional.empty();
    if (!hasName || hash.isEmpty() || scopes.isEmpty()) {
      return;
    }
    Integer sameName = lineByName.putIfAbsent(parts[0], number);
    if (sameName != null) {
      problem(number, "has the name of line %d; give each key its own".formatted(sameName));
    }
    Integer sameHash = lineByHash.putIfAbsent(hash.get().hex(), number);
    if (sameHash != null) {
      problem(number, "has the key of line %d; give each name its own".formatted(sameHash));
    }
    keys.add(new ApiKey(parts[0], hash.get(), scopes, intake));
  }

  /** Returns an empty set when one of the scopes is unknown. */
  private Set<Scope> scopes(int number, String text) {
    Set<Scope> scopes = EnumSet.noneOf(Scope.class);
    for (String label : text.split(",", -1)) {
      Optional<Scope> scope = Scope.labelled(label.strip());
      if (scope.isEmpty()) {
        problem(number, "has a scope other than " + Scope.labels());
        return Set.of();
      }
      scopes.add(scope.get());
    }
    return scopes;
  }

  private Optional<IntakeMode> intake(int number, String text) {
    try {
      return Optional.of(IntakeMode.parse(text));
    } catch (IllegalArgumentException e) {
      problem(number, "has an intake that " + e.getMessage());
      return Optional.empty();
    }
  }

  private void problem(int number, String what) {
    problems.add("API_KEYS_FILE=%s line %d %s".formatted(file, number, what));
  }
}
