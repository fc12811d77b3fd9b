package io.wideevents.mongo.batch;

/**
 * The limits of one batch.
 *
 * @param events most events of a batch, at least 1
 * @param bytes most bytes of a batch; a larger event is written alone
 */
public record BatchSize(int events, long bytes) {
  /**
   * Whether a batch may take one more event. The first event always fits.
   *
   * @param taken events in the batch
   * @param takenBytes their bytes
   * @param nextBytes bytes of the next event
   */
  public boolean fits(int taken, long takenBytes, long nextBytes) {
    return taken == 0 || (taken < events && takenBytes + nextBytes <= bytes);
  }
}
