package io.wideevents.process;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/**
 * The output of {@code --version}: the version in the manifest of the jar that contains a class.
 *
 * @param process the name of the process
 * @param main a class of its jar
 */
public record ManifestVersion(String process, Class<?> main) implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"%s %s (Java %s)".formatted(process, of(main), Runtime.version())};
  }

  /** The version alone; {@code not packaged} if the jar of the class has no version. */
  public static String of(Class<?> main) {
    return Optional.ofNullable(main.getPackage().getImplementationVersion()).orElse("not packaged");
  }
}
