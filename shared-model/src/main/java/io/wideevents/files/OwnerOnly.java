package io.wideevents.files;

import java.nio.file.FileSystems;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** The attributes of files that only this process's user may access. */
public final class OwnerOnly {
  private static final FileAttribute<?>[] ATTRIBUTES =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
          ? new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
          }
          : new FileAttribute<?>[] {};

  private OwnerOnly() {}

  /**
   * Attributes for creating a file that only its owner may read and write, whatever the umask is;
   * none if the system does not support such permissions.
   */
  public static FileAttribute<?>[] attributes() {
    return ATTRIBUTES.clone();
  }
}
