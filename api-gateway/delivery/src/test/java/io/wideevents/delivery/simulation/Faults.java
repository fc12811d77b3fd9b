package io.wideevents.delivery.simulation;

import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** What goes wrong at the moment in the models around the gateway. */
final class Faults {
  // Kafka
  boolean brokerDown;
  boolean deadLettersDown;
  double lostAcks;
  double lostRecords;
  boolean metadataMissing;
  boolean bufferFull;
  boolean producerFails;
  Duration brokerLatency = Duration.ofMillis(2);

  // MongoDB
  boolean databaseDown;
  double lostAnswers;
  double lateAnswers;
  double noAnswers;
  double driverFails;
  double throttled;
  double steppedDown;
  Duration databaseLatency = Duration.ofMillis(3);

  /** Events for which MongoDB fails with a code on no list, as long as the simulation runs. */
  final Set<Integer> poison = new TreeSet<>();

  // Disk
  Duration diskLatency = Duration.ofMillis(4);

  /** Breaks something or repairs it; the disk's own faults are the caller's. Returns a name. */
  String change(Random random) {
    return switch (random.nextInt(16)) {
      case 0, 1 -> "broker down " + (brokerDown = random.nextBoolean());
      case 2 -> "dead letters down " + (deadLettersDown = random.nextBoolean());
      case 3 -> "lost acks " + (lostAcks = share(random));
      case 4 -> "lost records " + (lostRecords = share(random));
      case 5 -> "metadata missing " + (metadataMissing = random.nextInt(3) == 0);
      case 6 -> "buffer full " + (bufferFull = random.nextInt(3) == 0);
      case 7 -> "producer fails " + (producerFails = random.nextInt(3) == 0);
      case 8 -> "broker latency " + (brokerLatency = latency(random));
      case 9, 10 -> "database down " + (databaseDown = random.nextBoolean());
      case 11 -> "lost answers " + (lostAnswers = share(random)) + late(random);
      case 12 -> "driver fails " + (driverFails = share(random));
      case 13 -> "throttled " + (throttled = share(random));
      case 14 -> "stepped down " + (steppedDown = share(random));
      default ->
          "latency of the database "
              + (databaseLatency = latency(random))
              + " and the disk "
              + (diskLatency = latency(random));
    };
  }

  private String late(Random random) {
    lateAnswers = share(random);
    noAnswers = share(random);
    return ", late " + lateAnswers + ", none " + noAnswers;
  }

  /** Ends all but the poison. */
  void end() {
    brokerDown = false;
    deadLettersDown = false;
    lostAcks = 0;
    lostRecords = 0;
    metadataMissing = false;
    bufferFull = false;
    producerFails = false;
    brokerLatency = Duration.ofMillis(2);
    databaseDown = false;
    lostAnswers = 0;
    lateAnswers = 0;
    noAnswers = 0;
    driverFails = 0;
    throttled = 0;
    steppedDown = 0;
    databaseLatency = Duration.ofMillis(3);
    diskLatency = Duration.ofMillis(4);
  }

  private static double share(Random random) {
    return random.nextInt(3) > 0 ? 0 : random.nextInt(3) == 0 ? 1 : random.nextDouble();
  }

  private static Duration latency(Random random) {
    return Duration.ofMillis(
        random.nextInt(4) > 0 ? 1 + random.nextInt(20) : random.nextInt(3_000));
  }
}
