package io.wideevents.worker.simulation;

import static io.wideevents.worker.simulation.SimulatedClock.SECOND;

import io.wideevents.event.ContentHash;
import io.wideevents.event.EventDocument;
import io.wideevents.event.EventId;
import io.wideevents.mongo.BatchWriter;
import io.wideevents.mongo.DocumentWriteException;
import io.wideevents.mongo.WriteOutcome;
import io.wideevents.worker.simulation.SimulatedEvent.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A MongoDB that keeps one content per id, and its ways to fail. A write takes effect at one
 * moment, is answered at another, and either may be missing.
 */
final class SimulatedMongo {
  /** The time bound that a writer promises. */
  static final long WRITER_BOUND = 10 * SECOND;

  private static final int SHARDS = 3;
  private static final int UNKNOWN_CODE = 99_901;
  private static final int THROTTLED_CODE = 16_500;
  private static final int POISON_CODE = 99_902;
  private static final WriteOutcome STORED = new WriteOutcome.Stored();
  private static final WriteOutcome ALREADY_STORED = new WriteOutcome.AlreadyStored();

  /** What becomes of a write, besides what the server makes of each document. */
  private enum Fate {
    ANSWERED,
    STORED_UNANSWERED,
    UNANSWERED,
    LATE,
    NEVER,
    NEVER_AND_NOT_STORED,
    FAILS,
    WRONG_COUNT,
    THROWS
  }

  private final World world;
  private final SimulationPlan plan;
  private final SimulatedClock time;
  private final Dice dice;
  private final Map<EventId, SimulatedEvent> documents = new HashMap<>();
  private final Map<ContentHash, SimulatedEvent> produced = new HashMap<>();
  private final Set<SimulatedEvent> suspected = new HashSet<>();
  private final double faultyShare;
  private final double throttledShare;
  private boolean faulty = true;
  private boolean cured;
  private int outages;
  private int writeBlocks;
  private int throttlings;
  private int shardOutages;
  private int deadShard;

  SimulatedMongo(World world, Dice dice) {
    this.world = world;
    this.plan = world.plan;
    this.time = world.time;
    this.dice = dice;
    faultyShare = dice.between(0.01, 0.1);
    throttledShare = dice.between(0.2, 0.9);
    deadShard = dice.between(0, SHARDS - 1);
    planWindows();
  }

  void produced(SimulatedEvent event) {
    if (event.kind != Kind.MALFORMED) {
      produced.put(event.hash, event);
    }
  }

  int documents() {
    return documents.size();
  }

  /** No more faults, except for poison whose cause is not removed. */
  void endFaults() {
    faulty = false;
  }

  /** An operator removes what makes documents poison. */
  void cure() {
    cured = true;
  }

  boolean isStoredWithOtherContent(SimulatedEvent event) {
    SimulatedEvent stored = documents.get(event.id);
    return stored != null && stored != event;
  }

  /** A writer of one worker's life, which notes what is in flight. */
  BatchWriter writer(WritesInFlight inFlight) {
    return documents -> write(documents, inFlight);
  }

  private void planWindows() {
    if (world.has(Fault.OUTAGES)) {
      windows(3, 500, 90_000, change -> outages += change);
    }
    if (world.has(Fault.SHARD_OUTAGES)) {
      // Of a few documents that fail for minutes with an unknown code nothing tells that a shard
      // is away; so such an outage is short, unless its code is known.
      windows(2, 500, plan.listedCodes ? 90_000 : 45_000, change -> shardOutages += change);
    }
    if (world.has(Fault.THROTTLING)) {
      windows(2, 1_000, plan.listedCodes ? 90_000 : 45_000, change -> throttlings += change);
    }
    if (world.has(Fault.WRITE_BLOCKS)) {
      windows(6, 100, 8_000, change -> writeBlocks += change);
    }
  }

  private void windows(int most, long leastMillis, long mostMillis, Consumer<Integer> change) {
    for (int i = dice.between(1, most); i > 0; i--) {
      long start = dice.before(plan.faultNanos);
      long end = Math.min(plan.faultNanos, start + dice.millis(leastMillis, mostMillis));
      time.at(start, () -> trouble(1, change));
      time.at(end, () -> trouble(-1, change));
    }
  }

  private void trouble(int by, Consumer<Integer> change) {
    change.accept(by);
    if (by > 0) {
      world.goodTime.troubleBegins();
    } else {
      world.goodTime.troubleEnds();
    }
    if (world.isTraced()) {
      world.trace(
          "mongo: outages=%d shardOutages=%d throttlings=%d writeBlocks=%d",
          outages, shardOutages, throttlings, writeBlocks);
    }
  }

  private CompletableFuture<List<WriteOutcome>> write(
      List<EventDocument> batch, WritesInFlight inFlight) {
    List<SimulatedEvent> events = new ArrayList<>(batch.size());
    for (EventDocument document : batch) {
      SimulatedEvent event = produced.get(document.hash());
      if (event == null || !event.id.equals(document.id())) {
        throw world.violated(
            Invariant.STORED_AS_PRODUCED, "%s, which no producer made", document.id());
      }
      events.add(event);
    }
    Fate fate = fate(events);
    if (fate != Fate.ANSWERED) {
      events.forEach(event -> event.faultyWrites++);
      notice(fate);
    }
    if (world.isTraced()) {
      world.trace("mongo: write %s %s", events, fate);
    }
    if (fate == Fate.THROWS) {
      throw new IllegalStateException("The model's writer throws");
    }
    CompletableFuture<List<WriteOutcome>> answer = new CompletableFuture<>();
    inFlight.began(answer);
    time.after(delay(), () -> applies(events, fate, answer));
    if (world.planted == PlantedFault.ANSWERS_BEFORE_STORING && fate == Fate.ANSWERED) {
      answer.complete(Collections.nCopies(events.size(), STORED));
    }
    return answer;
  }

  private void notice(Fate fate) {
    if (fate == Fate.LATE) {
      world.saw(Sighting.LATE_ANSWER);
      world.leftUnanswered();
    } else if (fate == Fate.NEVER || fate == Fate.NEVER_AND_NOT_STORED) {
      world.saw(Sighting.WRITE_NEVER_ANSWERED);
      world.leftUnanswered();
    }
  }

  private Fate fate(List<SimulatedEvent> events) {
    if (!cured && events.stream().anyMatch(event -> event.kind == Kind.FATAL)) {
      return Fate.UNANSWERED;
    }
    if (!faulty || !dice.chance(faultyShare)) {
      return Fate.ANSWERED;
    }
    if (world.has(Fault.LOST_ANSWERS) && dice.chance(0.5)) {
      return dice.chance(0.5) ? Fate.STORED_UNANSWERED : Fate.UNANSWERED;
    }
    if (world.has(Fault.LATE_ANSWERS) && dice.chance(0.5)) {
      return Fate.LATE;
    }
    if (world.has(Fault.NEVER_ANSWERED) && dice.chance(0.5)) {
      return dice.chance(0.5) ? Fate.NEVER : Fate.NEVER_AND_NOT_STORED;
    }
    if (world.has(Fault.BROKEN_WRITER)) {
      int kind = dice.between(0, 2);
      return kind == 0 ? Fate.FAILS : kind == 1 ? Fate.WRONG_COUNT : Fate.THROWS;
    }
    return Fate.ANSWERED;
  }

  private long delay() {
    if (world.has(Fault.SLOW_DATABASE) && faulty && dice.chance(0.2)) {
      return dice.millis(100, 4_000);
    }
    return dice.millis(0, 20);
  }

  private void applies(
      List<SimulatedEvent> events, Fate fate, CompletableFuture<List<WriteOutcome>> answer) {
    switch (fate) {
      case ANSWERED -> answers(answer, outcomes(events), delay());
      case STORED_UNANSWERED -> {
        var unused = outcomes(events);
        answers(answer, noneConfirmed(events, "no answer"), dice.millis(0, 9_000));
      }
      case UNANSWERED -> answers(answer, noneConfirmed(events, "no answer"), dice.millis(0, 2_000));
      case LATE -> answers(answer, outcomes(events), dice.millis(11_000, 120_000));
      case NEVER -> {
        var unused = outcomes(events);
      }
      case FAILS ->
          time.after(
              delay(),
              () -> answer.completeExceptionally(new IllegalStateException("The writer fails")));
      case WRONG_COUNT -> {
        List<WriteOutcome> outcomes = new ArrayList<>(outcomes(events));
        if (dice.chance(0.5)) {
          outcomes.removeLast();
        } else {
          outcomes.add(STORED);
        }
        answers(answer, outcomes, delay());
      }
      case NEVER_AND_NOT_STORED, THROWS -> {}
    }
  }

  private void answers(
      CompletableFuture<List<WriteOutcome>> answer, List<WriteOutcome> outcomes, long delay) {
    time.after(
        delay,
        () -> {
          if (world.isTraced()) {
            world.trace("mongo: answers %s", outcomes);
          }
          answer.complete(outcomes);
        });
  }

  private List<WriteOutcome> outcomes(List<SimulatedEvent> events) {
    if (outages > 0) {
      return noneConfirmed(events, "no primary");
    }
    if (world.planted == PlantedFault.SUSPECTS_BAR_OTHERS
        && !suspected.isEmpty()
        && Collections.disjoint(suspected, events)) {
      return noneConfirmed(events, "a suspected record comes first");
    }
    List<WriteOutcome> outcomes = new ArrayList<>(events.size());
    for (SimulatedEvent event : events) {
      outcomes.add(outcome(event));
    }
    return outcomes;
  }

  private WriteOutcome outcome(SimulatedEvent event) {
    if (writeBlocks > 0
        || (shardOutages > 0 && Math.floorMod(event.hash.low(), SHARDS) == deadShard)
        || (throttlings > 0 && dice.chance(throttledShare))) {
      if (world.planted == PlantedFault.TAKES_THROTTLING_FOR_POISON) {
        return new WriteOutcome.Refused(THROTTLED_CODE, "not now");
      }
      return new WriteOutcome.NotConfirmed(
          !plan.listedCodes,
          new DocumentWriteException(plan.listedCodes ? 6 : UNKNOWN_CODE, "not now"));
    }
    if (event.kind == Kind.REFUSED) {
      return new WriteOutcome.Refused(121, "validation");
    }
    if (event.kind == Kind.POISON && !cured) {
      suspected.add(event);
      return new WriteOutcome.NotConfirmed(true, new DocumentWriteException(POISON_CODE, "bad"));
    }
    suspected.remove(event);
    SimulatedEvent stored = documents.putIfAbsent(event.id, event);
    if (stored == null) {
      event.stored = true;
      return STORED;
    }
    if (stored == event) {
      world.saw(Sighting.ALREADY_STORED);
      return ALREADY_STORED;
    }
    world.saw(Sighting.CONFLICT);
    return world.planted == PlantedFault.TRUSTS_DUPLICATE_IDS
        ? ALREADY_STORED
        : new WriteOutcome.Conflict();
  }

  private static List<WriteOutcome> noneConfirmed(List<SimulatedEvent> events, String why) {
    return Collections.nCopies(
        events.size(), new WriteOutcome.NotConfirmed(false, new IllegalStateException(why)));
  }
}
