package io.wideevents.process;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/**
 * What {@code --version} prints: the version in the manifest of the jar a class came from.
 *
 * @param process the name of the process
 * @param main a class of its jar
 */
public record ManifestVersion(String process, Class<?> main) implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"%s %s (Java %s)".formatted(process, of(main), Runtime.version())};
  }

  /** The version alone; {@code not packaged} when the class came from no jar of ours. */
  public static String of(Class<?> main) {
    return Optional.ofNullable(main.getPackage().getImplementationVersion()).orElse("not packaged");
  }
}
