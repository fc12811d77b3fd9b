package io.wideevents.process;

import io.wideevents.log.Causes;
import java.lang.reflect.InvocationTargetException;
import java.util.Locale;
import java.util.Optional;

/**
 * A compression library that unpacks its native part into the temporary directory and loads it from
 * there. If that directory is not writable, or mounted noexec, the first compressed record fails
 * with an {@code Error}. Therefore the library is loaded at the start.
 *
 * <p>LZ4 is not listed, because its library continues in Java without a native part.
 */
public enum NativeCodec {
  ZSTD("com.github.luben.zstd.util.Native", "load", "ZstdTempFolder"),
  SNAPPY("org.xerial.snappy.Snappy", "getNativeLibraryVersion", "org.xerial.snappy.tempdir");

  private static final int MAX_REASON = 200;

  private final String type;
  private final String method;
  private final String directoryProperty;

  /**
   * @param method static, without parameters; loads the native part
   * @param directoryProperty the library's own system property for the directory
   */
  NativeCodec(String type, String method, String directoryProperty) {
    this.type = type;
    this.method = method;
    this.directoryProperty = directoryProperty;
  }

  /**
   * Loads the native part, which takes some milliseconds the first time. Blocks for the disk.
   *
   * @return what is wrong; empty if the library works
   */
  public Optional<String> problem() {
    try {
      Class.forName(type).getMethod(method).invoke(null);
      return Optional.empty();
    } catch (InvocationTargetException e) {
      return Optional.of(problem(e.getCause() == null ? e : e.getCause()));
    } catch (ReflectiveOperationException | LinkageError e) {
      return Optional.of(problem(e));
    }
  }

  /** What to do about {@link #problem}. */
  public String fix() {
    return "make "
        + directory()
        + " a writable directory on a file system that is not mounted noexec, or name another with"
        + " JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=<directory>";
  }

  /**
   * Checks that codecs work.
   *
   * @throws CommandFailedException if one does not; the message says what to do
   */
  public static void require(NativeCodec... codecs) {
    for (NativeCodec codec : codecs) {
      codec
          .problem()
          .ifPresent(
              problem -> {
                throw new CommandFailedException(
                    ExitCode.CONFIGURATION, problem + "; " + codec.fix());
              });
    }
  }

  private String problem(Throwable failure) {
    String reason = Causes.deepest(failure).toString().lines().findFirst().orElse("");
    return "The compression library %s cannot load its native part from %s: %s"
        .formatted(
            name().toLowerCase(Locale.ROOT),
            directory(),
            reason.substring(0, Math.min(reason.length(), MAX_REASON)));
  }

  private String directory() {
    return System.getProperty(directoryProperty, System.getProperty("java.io.tmpdir"));
  }
}
