package io.wideevents.query.trace;

import io.wideevents.event.EventId;
import io.wideevents.kafka.GroupLag;
import io.wideevents.kafka.GroupLag.PartitionLag;
import io.wideevents.query.trace.TraceResult.DeadLettered;
import io.wideevents.query.trace.TraceResult.Pending;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.common.errors.TimeoutException;

/** Topics in memory. The events that are not stored are in partition 0. */
final class FakeEventTopics implements EventTopics {
  final Set<EventId> pending = new HashSet<>();
  final Map<EventId, DeadLettered> letters = new HashMap<>();
  boolean answers = true;
  boolean complete = true;
  int calls;

  /** Runs before each call, for what happens meanwhile. */
  Runnable meanwhile = () -> {};

  @Override
  public Pending pending(EventId id, Optional<String> requestId) {
    answer();
    return new Pending(
        OptionalInt.of(0),
        pending.contains(id) ? OptionalLong.of(7) : OptionalLong.empty(),
        120,
        complete ? 120 : 50,
        complete);
  }

  @Override
  public DeadLetters deadLetters(EventId id) {
    answer();
    return new DeadLetters(Optional.ofNullable(letters.get(id)), 10, complete);
  }

  @Override
  public GroupLag lag() {
    answer();
    return new GroupLag(
        "Stable", 2, List.of(new PartitionLag(0, 0, OptionalLong.of(0), 120, false)));
  }

  @Override
  public long deadLetterCount() {
    answer();
    return letters.size();
  }

  private void answer() {
    calls++;
    meanwhile.run();
    if (!answers) {
      throw new TimeoutException("Call(callName=describeTopics) timed out");
    }
  }
}
