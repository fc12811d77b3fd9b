package io.wideevents.mongo;

/** The collection cannot hold events exactly once, so nothing is written to it. */
final class UnsuitableCollectionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnsuitableCollectionException(String message) {
    super(message);
  }
}
