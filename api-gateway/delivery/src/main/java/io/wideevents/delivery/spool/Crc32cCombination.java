package io.wideevents.delivery.spool;

/**
 * Combines CRC-32C values without reading the bytes again, with the algorithm of zlib's {@code
 * crc32_combine}.
 */
final class Crc32cCombination {
  /** The polynomial in reversed bit order. */
  private static final int POLYNOMIAL = 0x82F6_3B78;

  private static final int ONE = 1 << 31;

  /** At {@code k}: x to the power of 2^k, modulo the polynomial. */
  private static final int[] POWERS = powers();

  private Crc32cCombination() {}

  /**
   * The contribution of a prefix to the checksum of a whole: the checksum of A followed by B is
   * this contribution of A, XOR the checksum of B.
   *
   * @param checksum of the prefix
   * @param length of the bytes after the prefix, less than 2^28
   */
  static int append(int checksum, long length) {
    int factor = ONE;
    int bit = 3;
    for (long left = length; left > 0; left >>>= 1) {
      if ((left & 1) != 0) {
        factor = multiply(POWERS[bit], factor);
      }
      bit++;
    }
    return multiply(factor, checksum);
  }

  private static int[] powers() {
    int[] powers = new int[32];
    powers[0] = 1 << 30;
    for (int k = 1; k < powers.length; k++) {
      powers[k] = multiply(powers[k - 1], powers[k - 1]);
    }
    return powers;
  }

  private static int multiply(int a, int b) {
    int product = 0;
    int shifted = b;
    for (int bit = ONE; bit != 0; bit >>>= 1) {
      if ((a & bit) != 0) {
        product ^= shifted;
      }
      shifted = (shifted & 1) != 0 ? shifted >>> 1 ^ POLYNOMIAL : shifted >>> 1;
    }
    return product;
  }
}
