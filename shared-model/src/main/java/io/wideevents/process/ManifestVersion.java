package io.wideevents.process;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/**
 * What {@code --version} prints: the version in the manifest of the jar a class came from.
 *
 * @param process the name of the process
 * @param main a class of its jar
 */
record ManifestVersion(String process, Class<?> main) implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version =
        Optional.ofNullable(main.getPackage().getImplementationVersion()).orElse("not packaged");
    return new String[] {"%s %s (Java %s)".formatted(process, version, Runtime.version())};
  }
}
