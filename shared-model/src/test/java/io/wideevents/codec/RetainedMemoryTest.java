package io.wideevents.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Reference;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The memory that an event's fields take is about what they are counted with: the bound of what
 * waits for delivery is a sum of these counts.
 */
class RetainedMemoryTest {
  private static final int EVENTS = 24;
  private static final double MOST = 2.5;
  private static final int FEW = 64;
  private static final int ENDLESS = 1_000_000;

  private static final Map<String, IntFunction<Object>> ITEMS =
      Map.of(
          "empty maps", i -> Map.of(),
          "small maps", i -> Map.of("a", i),
          "empty lists", i -> List.of(),
          "nested lists", i -> List.of(List.of(List.of(List.of(i)))),
          "decimals", i -> new BigDecimal(BigInteger.TEN.pow(30).add(BigInteger.valueOf(i)), 7),
          "prices", i -> new BigDecimal("199.00").add(BigDecimal.valueOf(i)),
          "whole numbers", i -> BigInteger.TEN.pow(30).add(BigInteger.valueOf(i)),
          "longs", i -> 1_000_000L + i,
          "doubles", i -> i * 1.1,
          "texts", i -> "감사" + i);

  private final FieldRules rules = new FieldRules(EncoderSettings.DEFAULT);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "empty maps",
        "small maps",
        "empty lists",
        "nested lists",
        "decimals",
        "prices",
        "whole numbers",
        "longs",
        "doubles",
        "texts"
      })
  void list_isCountedWithTheMemoryThatItTakes(String kind) {
    IntFunction<Object> item = ITEMS.get(kind);
    int items = mostItems(item);
    EventFields[] events = new EventFields[EVENTS];

    long before = usedBytes();
    for (int i = 0; i < EVENTS; i++) {
      events[i] = rules.newFields();
      events[i].set("list", list(item, items));
    }
    long taken = (usedBytes() - before) / EVENTS;

    assertThat(events[0].dropped()).as("values dropped").isZero();
    assertThat((double) taken / events[0].retainedBytes())
        .as("%d %s: %d bytes counted, %d taken", items, kind, events[0].retainedBytes(), taken)
        .isLessThan(MOST);
    Reference.reachabilityFence(events);
  }

  /** The largest number of items that one event holds. */
  private int mostItems(IntFunction<Object> item) {
    int fits = FEW;
    for (int step = ENDLESS / 2; step > 0; step /= 2) {
      EventFields fields = rules.newFields();
      fields.set("list", list(item, fits + step));
      fits += fields.dropped() == 0 ? step : 0;
    }
    return fits;
  }

  private static List<Object> list(IntFunction<Object> item, int size) {
    return new AbstractList<>() {
      @Override
      public Object get(int index) {
        return item.apply(index);
      }

      @Override
      public int size() {
        return size;
      }
    };
  }

  private static long usedBytes() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least =
          Math.min(least, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
    }
    return least;
  }
}
