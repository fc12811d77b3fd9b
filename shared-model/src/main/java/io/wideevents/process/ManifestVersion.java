package io.wideevents.process;

import java.util.Optional;

/** The version in the manifest of the jar that contains a class. */
public final class ManifestVersion {
  private ManifestVersion() {}

  /** The version; {@code not packaged} if the jar of the class has no version. */
  public static String of(Class<?> main) {
    return Optional.ofNullable(main.getPackage().getImplementationVersion()).orElse("not packaged");
  }
}
