package io.wideevents.files;

import java.nio.file.FileSystems;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** How files are made that are nobody's business but this process's user's. */
public final class OwnerOnly {
  private static final FileAttribute<?>[] ATTRIBUTES =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
          ? new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
          }
          : new FileAttribute<?>[] {};

  private OwnerOnly() {}

  /**
   * For the making of a file that its owner alone may read and write, whatever the umask says; none
   * where the system knows no such permissions.
   */
  public static FileAttribute<?>[] attributes() {
    return ATTRIBUTES.clone();
  }
}
