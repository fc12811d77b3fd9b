package io.wideevents.toolbox.chaos;

import static io.wideevents.toolbox.chaos.Action.FREEZE;
import static io.wideevents.toolbox.chaos.Action.KILL;
import static io.wideevents.toolbox.chaos.Action.STOP;
import static io.wideevents.toolbox.chaos.Target.GATEWAY;
import static io.wideevents.toolbox.chaos.Target.KAFKA;
import static io.wideevents.toolbox.chaos.Target.MONGODB;
import static io.wideevents.toolbox.chaos.Target.WORKER_1;
import static io.wideevents.toolbox.chaos.Target.WORKER_2;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** A group of related faults; between two episodes everything is up. */
enum Episode {
  KAFKA_KILLED(fault(KAFKA, KILL, 0, 1)),
  KAFKA_FROZEN(fault(KAFKA, FREEZE, 0, 1)),
  KAFKA_RESTARTED(fault(KAFKA, STOP, 0, 0.3)),
  MONGODB_KILLED(fault(MONGODB, KILL, 0, 1)),
  MONGODB_FROZEN(fault(MONGODB, FREEZE, 0, 1)),
  MONGODB_RESTARTED(fault(MONGODB, STOP, 0, 0.3)),
  BOTH_KILLED(fault(KAFKA, KILL, 0, 0.8), fault(MONGODB, KILL, 0.2, 1)),
  BOTH_FROZEN(fault(MONGODB, FREEZE, 0, 1), fault(KAFKA, FREEZE, 0.1, 0.9)),
  KAFKA_FROZEN_MONGODB_KILLED(fault(KAFKA, FREEZE, 0, 0.9), fault(MONGODB, KILL, 0.2, 1)),
  GATEWAY_KILLED(fault(GATEWAY, KILL, 0, 0.1)),
  GATEWAY_FROZEN(fault(GATEWAY, FREEZE, 0, 0.7)),
  // The events in the spool must survive the gateway's restart.
  GATEWAY_KILLED_WHILE_SPOOLING(
      fault(KAFKA, KILL, 0, 1), fault(MONGODB, KILL, 0.1, 1), fault(GATEWAY, KILL, 0.6, 0.65)),
  GATEWAY_STOPPED_WHILE_SPOOLING(
      fault(KAFKA, KILL, 0, 1), fault(MONGODB, FREEZE, 0.1, 1), fault(GATEWAY, STOP, 0.5, 0.55)),
  // Each event must be stored once although the first replay was interrupted.
  GATEWAY_KILLED_WHILE_REPLAYING(
      fault(KAFKA, KILL, 0, 0.7), fault(MONGODB, KILL, 0.1, 0.6), fault(GATEWAY, KILL, 0.9, 1)),
  WORKER_KILLED(fault(WORKER_1, KILL, 0, 0.3)),
  WORKER_STOPPED(fault(WORKER_2, STOP, 0, 0.5)),
  WORKER_FROZEN(fault(WORKER_2, FREEZE, 0, 1)),
  WORKER_KILLED_WITHOUT_MONGODB(fault(MONGODB, KILL, 0, 1), fault(WORKER_1, KILL, 0.4, 0.6));

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<Fault> faults;

  Episode(Fault... faults) {
    this.faults = List.of(faults);
  }

  /** The name for reports. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Begin and end are fractions of the episode's length. */
  private record Fault(Target target, Action action, double begin, double end) {}

  private static Fault fault(Target target, Action action, double begin, double end) {
    return new Fault(target, action, begin, end);
  }

  /**
   * The steps in order of time, for an episode of this length. A later step of the same target ends
   * each fault.
   */
  List<ScheduledStep> steps(Duration length) {
    List<ScheduledStep> steps = new ArrayList<>();
    for (Fault fault : faults) {
      steps.add(new ScheduledStep(share(length, fault.begin()), fault.target(), fault.action()));
      steps.add(
          new ScheduledStep(share(length, fault.end()), fault.target(), fault.action().end()));
    }
    steps.sort(Comparator.comparing(ScheduledStep::at));
    return steps;
  }

  private static Duration share(Duration length, double share) {
    return Duration.ofMillis((long) (length.toMillis() * share));
  }
}
