package io.wideevents.delivery.simulation;

import io.wideevents.delivery.spool.EventSpool;
import io.wideevents.delivery.spool.SimulatedDisk;
import io.wideevents.delivery.spool.SpoolStats;
import io.wideevents.delivery.spool.SpoolUnavailableException;
import io.wideevents.delivery.tiers.TierStatus;
import io.wideevents.event.EncodedEvent;
import io.wideevents.time.Deadline;
import io.wideevents.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One run: clients post to a gateway while Kafka, MongoDB and the disk fail, the process crashes
 * and starts again, and the wall clock jumps. Then the faults end, and everything acknowledged must
 * arrive. The same seed gives the same run.
 */
final class GatewaySimulation {
  private static final Duration MOST_FAULTY_TIME = Duration.ofMinutes(3);
  private static final Duration MOST_TIME_TO_QUIET = Duration.ofMinutes(20);

  /** How much later than its deadline a call may be answered: stalls of a few threads. */
  private static final Duration SLACK = Duration.ofSeconds(3);

  private final Random random;
  private final Random chance;
  private final VirtualTime time;
  private final Trace trace;
  private final Mutation mutation;
  private final Faults faults = new Faults();
  private final Optional<ModelBroker> broker;
  private final ModelDatabase database;
  private final ClientAnswers ledger;
  private final Map<Integer, Call> calls = new LinkedHashMap<>();
  private SimulatedDisk disk = new SimulatedDisk();
  private @Nullable SimulatedGateway gateway;
  private boolean readsFail;
  private boolean startedBlind;
  private boolean healing;
  private int nextCall;
  private int nextEvent;

  /** A request that was not answered yet. */
  private record Call(List<Integer> events) {}

  private GatewaySimulation(long seed, Mutation mutation, boolean traced) {
    this.random = new Random(seed * 0x9E3779B97F4A7C15L);
    this.chance = new Random(random.nextLong());
    this.time = new VirtualTime(this::lateness, chance::nextDouble);
    this.trace = new Trace(time, traced);
    this.mutation = mutation;
    this.broker =
        random.nextInt(6) == 0
            ? Optional.empty()
            : Optional.of(new ModelBroker(time, faults, new Random(random.nextLong())));
    this.database = new ModelDatabase(time, faults, new Random(random.nextLong()));
    this.ledger = new ClientAnswers(broker, database, faults);
  }

  /**
   * Runs a seed.
   *
   * @return a number that is the same for the same run
   * @throws Violation if something happened that must not, with the seed and the last steps
   */
  static long run(long seed, Mutation mutation) {
    try {
      return new GatewaySimulation(seed, mutation, false).run();
    } catch (RuntimeException | Error first) {
      GatewaySimulation again = new GatewaySimulation(seed, mutation, true);
      try {
        again.run();
        throw new Violation("Seed " + seed + " failed once and not again: " + first);
      } catch (RuntimeException | Error e) {
        var failure = new Violation("Seed %d: %s%nLast steps:%n%s".formatted(seed, e, again.trace));
        failure.initCause(e);
        throw failure;
      }
    }
  }

  private long run() {
    int poison = random.nextInt(4);
    for (int i = 0; i < poison; i++) {
      int n = random.nextInt(600);
      // Beside a Kafka that takes all others, MongoDB stores nothing that would prove the event
      // poison:
      // it waits in the spool.
      if (broker.isEmpty() || !SimulatedEvents.isTooLargeForKafka(n)) {
        faults.poison.add(n);
      }
    }
    start();
    long faulty = MOST_FAULTY_TIME.toNanos() / (1 + random.nextInt(6));
    schedulePosts(faulty);
    scheduleFaults(faulty);
    long end = now() + faulty;
    while (now() < end) {
      step();
    }
    awaitQuiet();
    return trace.hash();
  }

  private void schedulePosts(long faulty) {
    int posts = 20 + random.nextInt(100);
    for (int i = 0; i < posts; i++) {
      time.after(Duration.ofNanos(random.nextLong(faulty)), this::post);
    }
  }

  private void scheduleFaults(long faulty) {
    int changes = random.nextInt(40);
    for (int i = 0; i < changes; i++) {
      time.after(Duration.ofNanos(random.nextLong(faulty)), this::change);
    }
    int ends = random.nextInt(4);
    for (int i = 0; i < ends; i++) {
      time.after(Duration.ofNanos(random.nextLong(faulty)), this::endProcess);
    }
  }

  private void step() {
    if (!time.runNext()) {
      throw new Violation("nothing is left to do");
    }
    trace.add("step", "");
    SimulatedGateway running = gateway;
    if (running == null) {
      return;
    }
    ClientAnswers.require(
        running.pendingInMongo() <= SimulatedGateway.MAX_PENDING_EVENTS,
        "pending events over their bound",
        running.pendingInMongo());
    if (disk.isOff()) {
      crash("the power is off");
    } else if (chance.nextInt(100) == 0) {
      checkSpool(running);
    }
  }

  private void checkSpool(SimulatedGateway running) {
    // What a power cut would leave at this moment.
    SimulatedDisk copy = mutation.found(disk.afterPowerCut(chance));
    EventSpool found = SimulatedGateway.openSpool(copy, time).spool();
    ledger.check(found);
    ledger.checkDeadLetters(found);
    SpoolStats stats = running.spool().stats();
    ClientAnswers.require(stats.bytes() <= stats.maxBytes(), "spool over its bound", stats.bytes());
  }

  private void post() {
    SimulatedGateway running = gateway;
    if (running == null) {
      return;
    }
    List<Integer> numbers = new ArrayList<>();
    int size = chance.nextInt(5) == 0 ? 1 + chance.nextInt(30) : 1 + chance.nextInt(3);
    for (int i = 0; i < size; i++) {
      // Half of the time an event that was posted before: a client that got no answer.
      boolean again = nextEvent > 0 && chance.nextInt(3) == 0;
      numbers.add((again ? chance.nextInt(nextEvent) : nextEvent++) % SimulatedEvents.COUNT);
    }
    List<EncodedEvent> events = numbers.stream().map(SimulatedEvents::event).toList();
    Duration timeout = Duration.ofMillis(500 + chance.nextInt(8_000));
    int call = nextCall++;
    int process = time.process();
    trace.add("post", numbers);
    calls.put(call, new Call(numbers));
    ledger.posted(size);
    var answer = running.live().log(events, Deadline.after(timeout, time.nanoClock()));
    var unused =
        answer.whenComplete(
            (outcomes, failure) -> {
              if (process == time.process() && calls.remove(call) != null) {
                if (failure != null) {
                  trace.add("failed", failure);
                  time.after(
                      Duration.ZERO,
                      () ->
                          ClientAnswers.require(false, "an answer that is an exception", failure));
                  return;
                }
                trace.add("answer " + numbers, outcomes);
                try {
                  ledger.answered(numbers, outcomes);
                } catch (Violation e) {
                  // A future swallows what its dependents throw.
                  time.after(
                      Duration.ZERO,
                      () -> {
                        throw e;
                      });
                }
              }
            });
    time.after(
        timeout.plus(SLACK),
        () ->
            ClientAnswers.require(!calls.containsKey(call), "no answer by the deadline", numbers));
  }

  private void change() {
    if (chance.nextInt(5) > 0) {
      trace.add("fault:", faults.change(chance));
      return;
    }
    changeDisk();
    if (chance.nextInt(8) == 0) {
      time.jumpWallClock(Duration.ofMinutes(chance.nextInt(240) - 120));
    }
  }

  private void changeDisk() {
    int kind = chance.nextInt(5);
    trace.add(
        "disk:", kind == 0 ? "repaired" : List.of("reads", "syncs", "full", "power").get(kind - 1));
    switch (kind) {
      case 0 -> repairDisk();
      case 1 -> {
        readsFail = true;
        disk.failReads(true);
      }
      case 2 -> disk.failSyncs(true);
      case 3 -> disk.takeAllSpace(true);
      default -> disk.cutPowerAfter(1 + chance.nextInt(10));
    }
  }

  private void repairDisk() {
    readsFail = false;
    disk.failReads(false);
    disk.failSyncs(false);
    disk.takeAllSpace(false);
  }

  private void endProcess() {
    SimulatedGateway running = gateway;
    if (running == null) {
      return;
    }
    if (chance.nextInt(4) > 0) {
      crash("crash");
      return;
    }
    trace.add("stop", "");
    running.stop();
    ClientAnswers.require(calls.isEmpty(), "calls without an answer after a stop", calls.values());
    crash("stopped");
  }

  private void crash(String why) {
    trace.add(why, "");
    boolean powerCut = disk.isOff() || chance.nextBoolean();
    time.crash();
    gateway = null;
    ledger.lost(calls.values().stream().mapToInt(call -> call.events().size()).sum());
    calls.clear();
    disk = mutation.found(powerCut ? disk.afterPowerCut(chance) : disk.afterKill());
    repairDisk();
    Duration pause = Duration.ofMillis(10 + chance.nextInt(5_000));
    time.after(pause, this::start);
  }

  private void start() {
    trace.add("start", "");
    startedBlind = readsFail;
    try {
      gateway = new SimulatedGateway(time, faults, chance, disk, broker, database, mutation);
    } catch (SpoolUnavailableException e) {
      // The disk failed while it was opened; a supervisor starts the process again.
      crash("no start: " + e);
      return;
    }
    checkSpool(gateway);
  }

  private void awaitQuiet() {
    trace.add("faults end", "");
    faults.end();
    repairDisk();
    healing = true;
    if (startedBlind) {
      // A segment that cannot be read at the start waits for the next start.
      endProcess();
    }
    long end = now() + MOST_TIME_TO_QUIET.toNanos();
    time.after(Duration.ofSeconds(1), this::postNow);
    while (!isQuiet()) {
      ClientAnswers.require(now() < end, "not quiet in time", state());
      step();
    }
    healing = false;
    checkSpool(running());
    ledger.checkEnd();
  }

  /** Traffic that lets a half-open circuit close, and shows that others are stored. */
  private void postNow() {
    if (healing) {
      post();
      time.after(Duration.ofSeconds(5), this::postNow);
    }
  }

  private boolean isQuiet() {
    if (gateway == null || !calls.isEmpty()) {
      return false;
    }
    SpoolStats stats = gateway.spool().stats();
    return stats.pendingEvents() == 0
        && (stats.refusedEvents() == 0 || broker.isEmpty())
        && gateway.tiers().circuits().stream()
            .allMatch(tier -> tier.state() == TierStatus.State.UP);
  }

  private SimulatedGateway running() {
    if (gateway == null) {
      throw new Violation("no gateway runs");
    }
    return gateway;
  }

  private Object state() {
    return gateway == null ? "down" : gateway.spool().stats() + " " + gateway.tiers().status();
  }

  private long now() {
    return time.nanoClock().getAsLong();
  }

  /** Threads are late by microseconds, and sometimes by a pause of the whole machine. */
  private Duration lateness() {
    return chance.nextInt(200) == 0
        ? Duration.ofMillis(chance.nextInt(500))
        : Duration.ofNanos(chance.nextInt(200_000));
  }
}
