package io.wideevents.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QueryRoutesTest {
  private static final long MIB = 1L << 20;

  @Test
  void replies_fitIntoAQuarterOfTheHeap_howeverManyQueriesMayRun() {
    assertThat(QueryRoutes.repliesAtOnce(4, 4_096 * MIB)).isEqualTo(16);
    assertThat(QueryRoutes.repliesAtOnce(4, 307 * MIB)).isEqualTo(9);
    assertThat(QueryRoutes.repliesAtOnce(64, 307 * MIB)).isEqualTo(9);
    assertThat(QueryRoutes.repliesAtOnce(1, 32 * MIB)).isEqualTo(2);
    assertThat(QueryRoutes.repliesAtOnce(64, Long.MAX_VALUE)).isEqualTo(256);
  }
}
