package io.wideevents.delivery.simulation;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.kafka.KafkaClient;
import io.wideevents.delivery.kafka.KafkaDeadLetters;
import io.wideevents.delivery.kafka.SteppedKafka;
import io.wideevents.delivery.mongo.MongoLogger;
import io.wideevents.delivery.mongo.MongoLoggerSettings;
import io.wideevents.delivery.mongo.SteppedMongo;
import io.wideevents.delivery.spool.DeadLetterPort;
import io.wideevents.delivery.spool.EventSpool;
import io.wideevents.delivery.spool.SimulatedDisk;
import io.wideevents.delivery.spool.SpoolLogger;
import io.wideevents.delivery.spool.SpoolReplayer;
import io.wideevents.delivery.spool.SpoolSettings;
import io.wideevents.delivery.spool.SpooledEvent;
import io.wideevents.delivery.spool.SteppedSpool;
import io.wideevents.delivery.tiers.DeliveryTiers;
import io.wideevents.delivery.tiers.TierStatus;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import io.wideevents.time.VirtualTime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * One run of a gateway process: the parts that {@code GatewayApplication} composes, without HTTP.
 * Tasks on virtual time replace the threads.
 */
final class SimulatedGateway {
  static final int MAX_PENDING_EVENTS = 40;
  private static final int MAX_BATCH_EVENTS = 8;
  private static final int MAX_WRITES = 2;
  private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(25);
  private static final SpoolSettings SPOOL =
      new SpoolSettings(Path.of("/simulated/spool"), 1 << 20, 0, 1_000);

  private final VirtualTime time;
  private final Faults faults;
  private final ClosingTime closing = new ClosingTime(Duration.ofMinutes(5));
  private final ScheduledExecutorService threads;
  private final SteppedSpool spool;
  private final MongoLogger mongo;
  private final DeliveryTiers tiers;
  private final Optional<KafkaDeadLetters> deadLetters;
  private final SpoolReplayer replayer;
  private boolean writing;
  private long nextReplay = Long.MAX_VALUE;

  /** Starts on a disk. */
  SimulatedGateway(
      VirtualTime time,
      Faults faults,
      Random random,
      SimulatedDisk disk,
      Optional<ModelBroker> broker,
      ModelDatabase database,
      Mutation mutation) {
    this.time = time;
    this.faults = faults;
    // More than one thread, so that the order of their tasks varies.
    this.threads = time.executor("threads", 3);
    this.spool = openSpool(disk, time);
    Optional<KafkaClient> kafka =
        broker.map(topics -> SteppedKafka.client(() -> topics.connect(false), closing, time));
    this.deadLetters =
        broker.map(topics -> SteppedKafka.deadLetters(() -> topics.connect(true), closing, time));
    MongoLoggerSettings settings =
        new MongoLoggerSettings(
            MAX_PENDING_EVENTS,
            1 << 20,
            MAX_BATCH_EVENTS,
            1 << 20,
            MAX_WRITES,
            Duration.ZERO,
            WRITE_TIMEOUT);
    this.mongo =
        new MongoLogger(mutation.database(database), mutation.settings(settings), closing, time);
    this.tiers =
        new DeliveryTiers(
            kafka.map(mutation::kafka),
            new DeliveryTiers.MongoTier(mongo, () -> true),
            Optional.of(
                new DeliveryTiers.SpoolTier(
                    mutation.spool(new WatchedSpool()),
                    () -> TierStatus.of(Tier.SPOOL, TierStatus.State.UP))),
            closing,
            time);
    this.replayer =
        spool.replayer(
            new WatchedTiers(mutation.replay(tiers.replay())),
            deadLetters
                .<DeadLetterPort>map(port -> this::deadLetter)
                .orElse(DeadLetterPort.UNAVAILABLE),
            1_000,
            new Random(random.nextLong()),
            time.nanoClock());
    tiers.onRecovery(
        () -> {
          replayer.wake();
          replayAfter(0);
        });
    kafka.ifPresent(KafkaClient::start);
    replayAfter(0);
    lookForRoom();
  }

  static SteppedSpool openSpool(SimulatedDisk disk, VirtualTime time) {
    return SteppedSpool.open(
        disk,
        SPOOL,
        new RecordDecoder(EncoderSettings.DEFAULT, time.wallClock()),
        time.wallClock());
  }

  LoggerPort live() {
    return tiers.live();
  }

  EventSpool spool() {
    return spool.spool();
  }

  DeliveryTiers tiers() {
    return tiers;
  }

  int pendingInMongo() {
    return SteppedMongo.pendingEvents(mongo);
  }

  /** Ends the process as a signal does. Every call is answered when this method returns. */
  void stop() {
    replayer.stop();
    tiers.close();
    while (spool.writeOnce()) {}
    deadLetters.ifPresent(KafkaDeadLetters::close);
    spool.spool().close();
  }

  private void write() {
    writing = spool.writeOnce();
    if (writing) {
      writeLater();
    }
  }

  private void writeLater() {
    writing = true;
    long nanos = faults.diskLatency.toNanos();
    var unused = threads.schedule(this::write, nanos, TimeUnit.NANOSECONDS);
  }

  private void lookForRoom() {
    spool.lookForRoom();
    var unused = threads.schedule(this::lookForRoom, 2, TimeUnit.SECONDS);
  }

  private void replay() {
    nextReplay = Long.MAX_VALUE;
    long nanos = SteppedSpool.replayOnce(replayer);
    replayAfter(nanos == 0 ? 1_000 : nanos);
  }

  /** Runs the task after this time at the latest. A task that runs too early does nothing. */
  private void replayAfter(long nanos) {
    long due = time.nanoClock().getAsLong() + nanos;
    if (due < nextReplay) {
      nextReplay = due;
      var unused =
          threads.schedule(
              () -> {
                if (nextReplay == due) {
                  replay();
                }
              },
              nanos,
              TimeUnit.NANOSECONDS);
    }
  }

  private CompletableFuture<List<DeliveryOutcome>> deadLetter(
      List<SpooledEvent> events, Deadline deadline) {
    return answered(deadLetters.orElseThrow().deadLetter(events, deadline));
  }

  private CompletableFuture<List<DeliveryOutcome>> answered(
      CompletableFuture<List<DeliveryOutcome>> answer) {
    return answer.whenComplete((outcomes, failure) -> replayAfter(0));
  }

  /** Wakes the replay when its target answers. */
  private final class WatchedTiers implements LoggerPort {
    private final LoggerPort target;

    WatchedTiers(LoggerPort target) {
      this.target = target;
    }

    @Override
    public CompletableFuture<List<DeliveryOutcome>> log(
        List<EncodedEvent> events, Deadline deadline) {
      return answered(target.log(events, deadline));
    }

    @Override
    public void close() {
      target.close();
    }
  }

  /** Wakes the writer when events are appended. */
  private final class WatchedSpool implements LoggerPort {
    private final LoggerPort logger = new SpoolLogger(spool.spool(), time);

    @Override
    public CompletableFuture<List<DeliveryOutcome>> log(
        List<EncodedEvent> events, Deadline deadline) {
      var answer = logger.log(events, deadline);
      if (!writing) {
        writeLater();
      }
      return answer;
    }

    @Override
    public void close() {
      logger.close();
    }
  }
}
