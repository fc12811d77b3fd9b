package io.wideevents.logging;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.AbstractCollection;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Objects of a service that do all that such an object can do while it is read: throw, never end,
 * contain themselves, return null, or run code that is given.
 */
final class HostileValues {
  private HostileValues() {}

  /** Everything that a method of an object can throw. */
  static Map<String, Supplier<Throwable>> throwables() {
    Map<String, Supplier<Throwable>> all = new LinkedHashMap<>();
    all.put("RuntimeException", () -> new IllegalStateException("hostile"));
    all.put("checked exception", () -> new IOException("hostile"));
    all.put("Throwable", () -> new Throwable("hostile"));
    all.put("AssertionError", () -> new AssertionError("hostile"));
    all.put("StackOverflowError", StackOverflowError::new);
    all.put("NoClassDefFoundError", () -> new NoClassDefFoundError("hostile"));
    all.put("ExceptionInInitializerError", () -> new ExceptionInInitializerError("hostile"));
    all.put("OutOfMemoryError", () -> new OutOfMemoryError("hostile"));
    all.put("InternalError", () -> new InternalError("hostile"));
    all.put("UnknownError", () -> new UnknownError("hostile"));
    all.put("own Error", HostileError::new);
    return all;
  }

  static final class HostileError extends Error {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw new HostileError();
    }

    @Override
    public String toString() {
      throw new HostileError();
    }
  }

  /** Throws what the compiler would not let pass, as Kotlin code does. */
  @SuppressWarnings("unchecked")
  static <T, E extends Throwable> T sneak(Throwable failure) throws E {
    throw (E) failure;
  }

  /** Objects of every kind that the API reads, each of which runs the action when it is read. */
  static Map<String, Object> running(Runnable action) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("iterable", iterable(action));
    all.put("list size", listOfSize(action));
    all.put("iterator", collection(action));
    all.put("map", mapWith(action, false));
    all.put("map entry", mapWith(action, true));
    all.put("map key", Map.of(text(action), 1));
    all.put("map value", Map.of("inner", Map.of("deep", iterable(action))));
    all.put("item", List.of(1, iterable(action)));
    all.put("array item", new Object[] {1, text(action)});
    all.put("text", text(action));
    all.put("optional", Optional.of(iterable(action)));
    all.put("reference", new AtomicReference<>(mapWith(action, false)));
    all.put("number", new HostileNumber(action));
    all.put("decimal", new HostileDecimal(action));
    all.put("integer", new HostileInteger(action));
    all.put("date", new HostileDate(action));
    all.put("calendar", new HostileCalendar(action));
    all.put("object", new HostileObject(action));
    return all;
  }

  /** Objects that are wrong in themselves. */
  static Map<String, @Nullable Object> odd() {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("null", null);
    all.put("endless iterable", (Iterable<Integer>) () -> endless(1));
    all.put("endless nulls", (Iterable<Object>) () -> endless(null));
    all.put("endless unsupported", (Iterable<Object>) () -> endless(new Object()));
    all.put("endless texts", (Iterable<Object>) () -> endless("x".repeat(100_000)));
    all.put("endless map", endlessMap("name"));
    all.put("endless map of one long name", endlessMap("x".repeat(100_000)));
    all.put("endless list of endless maps", (Iterable<Object>) () -> endless(endlessMap("n")));
    all.put("self-containing map", selfContainingMap());
    all.put("self-containing list", selfContainingList());
    all.put("self-containing array", selfContainingArray());
    all.put("self-containing reference", selfContainingReference());
    all.put("deep optional", deepOptional());
    all.put("iterable without iterator", (Iterable<Object>) () -> null);
    all.put("map without entries", mapOf(null));
    all.put("map with a null entry", mapOf(Collections.singleton(null)));
    all.put("null key", Collections.singletonMap(null, 1));
    all.put("text that is null", new NullText());
    all.put("text of negative length", new NegativeText());
    all.put("NaN", Double.NaN);
    all.put("infinity", Float.NEGATIVE_INFINITY);
    all.put("huge integer", BigInteger.ONE.shiftLeft(4_000_000));
    all.put("huge scale", new BigDecimal(BigInteger.ONE, Integer.MAX_VALUE));
    all.put("tiny scale", new BigDecimal(BigInteger.ONE, Integer.MIN_VALUE));
    all.put("many digits", new BigDecimal(BigInteger.ONE.shiftLeft(4_000_000), 3));
    all.put("long text", "y".repeat(3_000_000));
    all.put("half a pair", "\ud83d");
    all.put("lambda", (Runnable) () -> {});
    all.put("thread", Thread.currentThread());
    all.put("class", String.class);
    all.put("throwable", new HostileError());
    all.put("iterable throwable", new IterableException());
    return all;
  }

  private static final class IterableException extends RuntimeException
      implements Iterable<Throwable> {
    private static final long serialVersionUID = 1;

    @Override
    public Iterator<Throwable> iterator() {
      return endless(this);
    }
  }

  private static <T extends @Nullable Object> Iterator<T> endless(T item) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return true;
      }

      @Override
      public T next() {
        return item;
      }
    };
  }

  private static Map<Object, Object> endlessMap(String name) {
    return mapOf(
        new AbstractSet<>() {
          private int count;

          @Override
          public Iterator<Map.Entry<Object, Object>> iterator() {
            return new Iterator<>() {
              @Override
              public boolean hasNext() {
                return true;
              }

              @Override
              public Map.Entry<Object, Object> next() {
                return Map.entry(count++ % 2 == 0 ? name : name + count, 1);
              }
            };
          }

          @Override
          public int size() {
            return Integer.MAX_VALUE;
          }
        });
  }

  private static Map<Object, Object> mapOf(@Nullable Set<Map.Entry<Object, Object>> entries) {
    return new AbstractMap<>() {
      @Override
      public Set<Map.Entry<Object, Object>> entrySet() {
        return entries;
      }
    };
  }

  private static Map<String, Object> selfContainingMap() {
    Map<String, Object> map = new HashMap<>();
    map.put("self", map);
    map.put("also", map);
    return map;
  }

  private static List<Object> selfContainingList() {
    List<Object> list = new ArrayList<>();
    list.add(list);
    list.add(list);
    return list;
  }

  private static Object[] selfContainingArray() {
    Object[] array = new Object[2];
    array[0] = array;
    array[1] = array;
    return array;
  }

  private static AtomicReference<Object> selfContainingReference() {
    AtomicReference<Object> reference = new AtomicReference<>();
    reference.set(reference);
    return reference;
  }

  private static Optional<?> deepOptional() {
    Optional<?> optional = Optional.of(1);
    for (int i = 0; i < 200_000; i++) {
      optional = Optional.of(optional);
    }
    return optional;
  }

  private static Iterable<Object> iterable(Runnable action) {
    return () -> {
      action.run();
      return List.<Object>of(1).iterator();
    };
  }

  private static Object collection(Runnable action) {
    return new AbstractCollection<Object>() {
      @Override
      public Iterator<Object> iterator() {
        return new Iterator<>() {
          private int left = 2;

          @Override
          public boolean hasNext() {
            action.run();
            return left > 0;
          }

          @Override
          public Object next() {
            left--;
            return left;
          }
        };
      }

      @Override
      public int size() {
        return 2;
      }
    };
  }

  private static Object listOfSize(Runnable action) {
    return new java.util.AbstractList<Object>() {
      @Override
      public Object get(int index) {
        return index;
      }

      @Override
      public int size() {
        action.run();
        return 2;
      }
    };
  }

  private static Map<Object, Object> mapWith(Runnable action, boolean inEntry) {
    if (!inEntry) {
      return new AbstractMap<>() {
        @Override
        public Set<Map.Entry<Object, Object>> entrySet() {
          action.run();
          return Map.<Object, Object>of("name", 1).entrySet();
        }
      };
    }
    return mapOf(
        Set.of(
            new Map.Entry<>() {
              @Override
              public Object getKey() {
                return "name";
              }

              @Override
              public Object getValue() {
                action.run();
                return 1;
              }

              @Override
              public Object setValue(Object value) {
                throw new UnsupportedOperationException();
              }
            }));
  }

  private static CharSequence text(Runnable action) {
    return new ActingText(action);
  }

  private record ActingText(Runnable action) implements CharSequence {
    @Override
    public int length() {
      action.run();
      return 4;
    }

    @Override
    public char charAt(int index) {
      action.run();
      return 'x';
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      action.run();
      return "text".subSequence(start, end);
    }

    @Override
    public String toString() {
      action.run();
      return "text";
    }
  }

  private static final class NullText implements CharSequence {
    @Override
    public int length() {
      return Integer.MAX_VALUE;
    }

    @Override
    public char charAt(int index) {
      return 0;
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return null;
    }

    @Override
    public String toString() {
      return null;
    }
  }

  private static final class NegativeText implements CharSequence {
    @Override
    public int length() {
      return -1;
    }

    @Override
    public char charAt(int index) {
      throw new IndexOutOfBoundsException(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      throw new IndexOutOfBoundsException(end);
    }

    @Override
    public String toString() {
      return "negative";
    }
  }

  private static final class HostileNumber extends Number {
    private static final long serialVersionUID = 1;
    private final transient Runnable action;

    HostileNumber(Runnable action) {
      this.action = action;
    }

    @Override
    public int intValue() {
      action.run();
      return 1;
    }

    @Override
    public long longValue() {
      action.run();
      return 1;
    }

    @Override
    public float floatValue() {
      action.run();
      return 1;
    }

    @Override
    public double doubleValue() {
      action.run();
      return 1;
    }

    @Override
    public String toString() {
      action.run();
      return "1";
    }
  }

  private static final class HostileDecimal extends BigDecimal {
    private static final long serialVersionUID = 1;
    private final transient Runnable action;

    HostileDecimal(Runnable action) {
      super("1.5");
      this.action = action;
    }

    @Override
    public int precision() {
      action.run();
      return super.precision();
    }

    @Override
    public BigInteger unscaledValue() {
      action.run();
      return super.unscaledValue();
    }

    @Override
    public String toString() {
      action.run();
      return "no number";
    }
  }

  private static final class HostileInteger extends BigInteger {
    private static final long serialVersionUID = 1;
    private final transient Runnable action;

    HostileInteger(Runnable action) {
      super("123456789012345678901234567890");
      this.action = action;
    }

    @Override
    public int bitLength() {
      action.run();
      return 100;
    }

    @Override
    public byte[] toByteArray() {
      action.run();
      return super.toByteArray();
    }

    @Override
    public String toString() {
      action.run();
      return "no number";
    }
  }

  private static final class HostileDate extends Date {
    private static final long serialVersionUID = 1;
    private final transient Runnable action;

    HostileDate(Runnable action) {
      super(0);
      this.action = action;
    }

    @Override
    public long getTime() {
      action.run();
      return super.getTime();
    }

    @Override
    public java.time.Instant toInstant() {
      action.run();
      return super.toInstant();
    }

    @Override
    public String toString() {
      action.run();
      return "no date";
    }
  }

  private static final class HostileCalendar extends java.util.GregorianCalendar {
    private static final long serialVersionUID = 1;
    private transient @Nullable Runnable action;

    HostileCalendar(Runnable action) {
      setTimeInMillis(0);
      this.action = action;
    }

    private void act() {
      if (action != null) {
        action.run();
      }
    }

    @Override
    public long getTimeInMillis() {
      act();
      return super.getTimeInMillis();
    }

    @Override
    protected void computeTime() {
      act();
      super.computeTime();
    }

    @Override
    public int compareTo(Calendar other) {
      act();
      return super.compareTo(other);
    }
  }

  @SuppressWarnings("EqualsHashCode")
  private record HostileObject(Runnable action) {
    @Override
    public int hashCode() {
      action.run();
      return 1;
    }

    @Override
    public boolean equals(Object other) {
      action.run();
      return false;
    }

    @Override
    public String toString() {
      action.run();
      return "object";
    }
  }
}
