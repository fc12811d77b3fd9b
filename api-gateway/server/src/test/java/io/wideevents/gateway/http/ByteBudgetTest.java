package io.wideevents.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteBudgetTest {
  private static final int KIB = 1024;
  private static final long MIB = 1024 * KIB;
  private static final long TOTAL = 8_000L * KIB;
  private static final long LARGEST = 1_000L * KIB;
  // A quarter of the total.
  private static final long SHARE = 2_000L * KIB;
  private static final int STEPS = 5_000;

  private final ByteBudget budget = new ByteBudget(TOTAL, LARGEST);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void reservations_leaveNothingBehind(long seed) {
    // Given bodies and replies of a few clients, in any order
    Random random = new Random(seed);
    List<ByteBudget.Reservation> open = new ArrayList<>();
    for (int i = 0; i < STEPS; i++) {
      step(random, open);
      assertThat(budget.usedBytes()).isNotNegative();
    }

    // When
    open.forEach(ByteBudget.Reservation::close);
    open.forEach(ByteBudget.Reservation::close);

    // Then
    assertThat(budget.usedBytes()).isZero();
    assertThat(budget.receivingClients()).isZero();
    budget.receive("client 0").grow(LARGEST);
  }

  @Test
  void grow_takesTheWholeBudgetForOneClientWhoseBodiesHaveCome() {
    for (int i = 0; i < 8; i++) {
      ByteBudget.Reservation body = budget.receive("alone");
      body.grow(LARGEST / 2);
      body.received();
    }
    budget.reserve().grow(budget.availableBytes());

    assertThat(budget.usedBytes()).isEqualTo(TOTAL);
    assertThat(budget.receivingClients()).isZero();
  }

  @Test
  void grow_isRejectedBeyondTheShareOfOneClientAlone() {
    budget.receive("busy").grow(SHARE);

    assertThat(rejection(budget.receive("busy"), 200 * KIB)).isEqualTo("client_share_taken");
    assertThat(rejection(budget.receive("busy"), Long.MAX_VALUE / 2))
        .isEqualTo("client_share_taken");
    budget.receive("other").grow(SHARE);
    budget.receive("busy").grow(ByteBudget.SMALL_BYTES);
  }

  @ParameterizedTest
  @CsvSource({
    // The default settings: two of the largest bodies
    "56, 8, 16",
    "64, 8, 16",
    "100, 8, 25",
    // Two would be more than half
    "24, 8, 12",
    "12, 8, 8",
  })
  void share_isAQuarterAndTwoOfTheLargestBodies(int total, int largest, int share) {
    assertThat(new ByteBudget(total * MIB, largest * MIB).shareBytes()).isEqualTo(share * MIB);
  }

  @Test
  void share_leavesMemoryForTwoOtherClients_andForSmallBodies() {
    var defaults = new ByteBudget(56L << 20, 8 << 20);
    for (String client : List.of("first", "second", "third")) {
      defaults.receive(client).grow(8 << 20);
      defaults.receive(client).grow(8 << 20);
      assertThat(rejection(defaults.receive(client), 8 << 20)).isEqualTo("client_share_taken");
    }
    defaults.receive("fourth").grow(ByteBudget.SMALL_BYTES);
  }

  @Test
  void growAnyway_takesMoreThanThereIs_andCountsToTheShare() {
    ByteBudget.Reservation all = budget.reserve();
    all.grow(TOTAL);
    ByteBudget.Reservation reply = budget.reply("slow reader");

    reply.growAnyway(SHARE);

    assertThat(budget.usedBytes()).isEqualTo(TOTAL + SHARE);
    all.close();
    assertThat(rejection(budget.receive("slow reader"), 1)).isEqualTo("client_share_taken");
    budget.receive("other").grow(SHARE);
    reply.close();
    budget.receive("slow reader").grow(SHARE);
  }

  @Test
  void grow_rejectsForGoodWhatIsMoreThanTheWholeBudget() {
    ByteBudget.Reservation body = budget.reserve();
    body.grow(TOTAL);

    assertThat(rejection(body, 1)).isEqualTo("needs_too_much_memory");
    assertThat(rejection(budget.reserve(), 1)).isEqualTo("overloaded");
    assertThat(budget.usedBytes()).isEqualTo(TOTAL);
  }

  private void step(Random random, List<ByteBudget.Reservation> open) {
    String client = "client " + random.nextInt(5);
    int bytes = random.nextInt(random.nextBoolean() ? 1_000 : 400 * KIB);
    try {
      switch (random.nextInt(7)) {
        case 0 -> open.add(budget.receive(client));
        case 1 -> open.add(budget.reserve());
        case 2 -> {
          ByteBudget.Reservation reply = budget.reply(client);
          open.add(reply);
          reply.growAnyway(bytes);
        }
        case 3, 4 -> any(random, open).grow(bytes);
        case 5 -> any(random, open).received();
        default -> any(random, open).close();
      }
    } catch (ProblemException e) {
      // There is no memory for it now.
    }
  }

  private ByteBudget.Reservation any(Random random, List<ByteBudget.Reservation> open) {
    if (open.isEmpty()) {
      open.add(budget.reserve());
    }
    return open.get(random.nextInt(open.size()));
  }

  private static String rejection(ByteBudget.Reservation reservation, long bytes) {
    return catchThrowableOfType(ProblemException.class, () -> reservation.grow(bytes))
        .problem()
        .code();
  }
}
