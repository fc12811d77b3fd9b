package io.wideevents.worker.simulation;

import io.wideevents.event.DeadLetterReason;
import io.wideevents.worker.deadletter.DeadLetter;
import io.wideevents.worker.deadletter.DeadLetterOutcome;
import io.wideevents.worker.deadletter.DeadLetterSink;
import io.wideevents.worker.simulation.SimulatedEvent.Kind;
import java.util.concurrent.CompletableFuture;

/** A dead-letter topic and its ways to fail. The same letter may arrive twice. */
final class SimulatedDeadLetters implements DeadLetterSink {
  private final World world;
  private final SimulatedClock time;
  private final Dice dice;
  private final SimulatedMongo mongo;
  private final double faultyShare;
  private boolean faulty = true;
  private int outages;

  SimulatedDeadLetters(World world, Dice dice, SimulatedMongo mongo) {
    this.world = world;
    this.time = world.time;
    this.dice = dice;
    this.mongo = mongo;
    faultyShare = dice.between(0.05, 0.5);
    if (world.has(Fault.DEAD_LETTER_OUTAGES)) {
      long start = dice.before(world.plan.faultNanos);
      long end = Math.min(world.plan.faultNanos, start + dice.millis(1_000, 300_000));
      time.at(start, () -> outages++);
      time.at(end, () -> outages--);
    }
  }

  void endFaults() {
    faulty = false;
  }

  @Override
  public CompletableFuture<DeadLetterOutcome> send(DeadLetter letter) {
    if (!(letter.source() instanceof SimulatedRecord record)) {
      throw world.violated(Invariant.DEAD_LETTER_HAS_A_REASON, "of a record that was not polled");
    }
    check(record, letter.reason());
    CompletableFuture<DeadLetterOutcome> answer = new CompletableFuture<>();
    boolean fails = faulty && dice.chance(faultyShare);
    boolean never = fails && world.has(Fault.DEAD_LETTERS_NEVER_ANSWERED) && dice.chance(0.3);
    boolean lost = fails && world.has(Fault.DEAD_LETTERS_UNCONFIRMED);
    boolean kept = outages == 0 && (!(lost || never) || dice.chance(0.5));
    if (record.event.kind == Kind.POISON) {
      world.saw(Sighting.POISON_PROVEN);
    }
    if (never) {
      world.saw(Sighting.DEAD_LETTER_NEVER_ANSWERED);
    } else if (lost) {
      world.saw(Sighting.DEAD_LETTER_UNCONFIRMED);
    }
    if (world.isTraced()) {
      world.trace(
          "dead letters: %s %s%s%s%s",
          record,
          letter.reason(),
          outages > 0 ? " down" : "",
          never ? " never answered" : lost ? " unconfirmed" : "",
          kept ? " kept" : "");
    }
    if (world.planted == PlantedFault.CONFIRMS_LETTERS_BEFORE_KEEPING) {
      answer.complete(new DeadLetterOutcome.Kept());
    }
    time.after(
        dice.millis(0, 50),
        () -> {
          if (kept) {
            record.deadLettered = true;
          }
          if (!never) {
            answer(answer, kept && !lost);
          }
        });
    return answer;
  }

  @Override
  public void close() {}

  private void answer(CompletableFuture<DeadLetterOutcome> answer, boolean confirmed) {
    time.after(
        confirmed ? dice.millis(0, 20) : dice.millis(0, 5_000),
        () ->
            answer.complete(
                confirmed
                    ? dice.chance(0.9)
                        ? new DeadLetterOutcome.Kept()
                        : new DeadLetterOutcome.KeptAsStub()
                    : new DeadLetterOutcome.NotConfirmed(
                        new IllegalStateException("The dead-letter topic is down"))));
  }

  private void check(SimulatedRecord record, DeadLetterReason reason) {
    Kind kind = record.event.kind;
    boolean expected =
        switch (reason) {
          case MALFORMED -> kind == Kind.MALFORMED;
          case ID_CONFLICT -> kind == Kind.CONFLICT && mongo.isStoredWithOtherContent(record.event);
          case REFUSED_BY_DATABASE ->
              kind == Kind.REFUSED || kind == Kind.POISON || kind == Kind.FATAL;
          default -> false;
        };
    if (!expected) {
      throw world.violated(Invariant.DEAD_LETTER_HAS_A_REASON, "%s as %s", record, reason);
    }
  }
}
