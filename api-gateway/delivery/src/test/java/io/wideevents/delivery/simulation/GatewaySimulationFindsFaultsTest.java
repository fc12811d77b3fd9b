package io.wideevents.delivery.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.kafka.MqClientPort;
import io.wideevents.delivery.mongo.MongoLoggerSettings;
import io.wideevents.delivery.spool.SimulatedDisk;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventDocument;
import io.wideevents.event.Tier;
import io.wideevents.mongo.BatchWriter;
import io.wideevents.mongo.WriteOutcome;
import io.wideevents.time.Deadline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Puts known and possible faults into the gateway, one at a time. */
@ExtendWith(QuietLogs.class)
class GatewaySimulationFindsFaultsTest {
  private static final int SEEDS = 600;

  @ParameterizedTest
  @EnumSource
  void simulation_finds(Fault fault, TestReporter reporter) {
    long seed = 1;
    while (seed <= SEEDS && !isFoundBy(seed, fault)) {
      seed++;
    }

    reporter.publishEntry(fault.name(), "found by seed " + seed);
    assertThat(seed).as("seeds until %s is found", fault).isLessThanOrEqualTo(SEEDS);
  }

  private static boolean isFoundBy(long seed, Fault fault) {
    try {
      GatewaySimulation.run(seed, fault.mutation);
      return false;
    } catch (Violation found) {
      return true;
    }
  }

  /** The fault in the gateway. */
  enum Fault {
    /** A duplicate key counts as stored, and the stored content is not read. */
    TRUSTS_A_DUPLICATE_KEY(
        new Mutation() {
          @Override
          BatchWriter database(BatchWriter writer) {
            return eachOutcome(
                writer,
                outcome ->
                    outcome instanceof WriteOutcome.Conflict
                        ? new WriteOutcome.AlreadyStored()
                        : outcome);
          }
        }),

    /** A batch whose write ends with an exception counts as stored. */
    LOSES_A_BATCH_ON_A_DRIVER_EXCEPTION(
        new Mutation() {
          @Override
          BatchWriter database(BatchWriter writer) {
            return documents ->
                writer.write(documents).exceptionally(failure -> allStored(documents));
          }
        }),

    /** An error code on no list counts as an error of the event. */
    BLAMES_EVENTS_FOR_THROTTLING(
        new Mutation() {
          @Override
          BatchWriter database(BatchWriter writer) {
            return eachOutcome(
                writer,
                outcome ->
                    outcome instanceof WriteOutcome.NotConfirmed failed && failed.perDocument()
                        ? new WriteOutcome.Refused(424242, "on no list")
                        : outcome);
          }
        }),

    /** A write without an answer keeps its slot. */
    WAITS_FOR_A_WRITE_FOR_GOOD(
        new Mutation() {
          @Override
          MongoLoggerSettings settings(MongoLoggerSettings settings) {
            return new MongoLoggerSettings(
                settings.maxPendingEvents(),
                settings.maxPendingBytes(),
                settings.maxBatchEvents(),
                settings.maxBatchBytes(),
                settings.maxConcurrentWrites(),
                settings.closeTimeout(),
                Duration.ofDays(1));
          }
        }),

    /**
     * The Kafka client does not pass on an answer, so the permit of a half-open circuit is not
     * released.
     */
    NEVER_ANSWERS_A_PUBLISH(
        new Mutation() {
          @Override
          MqClientPort kafka(MqClientPort client) {
            return new ForgetfulClient(client);
          }
        }),

    /** The spool acknowledges events that are not synced. */
    ACKNOWLEDGES_BEFORE_THE_SYNC(
        new Mutation() {
          @Override
          LoggerPort spool(LoggerPort spool) {
            return new HastySpool(spool);
          }
        }),

    /** The replay removes events that no tier confirmed. */
    REMOVES_WHAT_IS_NOT_CONFIRMED(
        new Mutation() {
          @Override
          LoggerPort replay(LoggerPort tiers) {
            return new ConfirmingTiers(tiers);
          }
        }),

    /** The last synced bytes of a segment count as a torn write. */
    CUTS_A_SYNCED_TAIL(
        new Mutation() {
          @Override
          SimulatedDisk found(SimulatedDisk disk) {
            Path directory = Path.of("/simulated/spool/pending");
            for (Path file : disk.list(directory)) {
              cutTail(disk, file);
            }
            return disk;
          }
        });

    private final Mutation mutation;

    Fault(Mutation mutation) {
      this.mutation = mutation;
    }
  }

  private static void cutTail(SimulatedDisk disk, Path file) {
    try {
      byte[] bytes = disk.bytes(file);
      // More than a header: there is an event.
      if (bytes.length > 300) {
        disk.put(file, Arrays.copyOf(bytes, bytes.length - 10));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static BatchWriter eachOutcome(BatchWriter writer, UnaryOperator<WriteOutcome> change) {
    return documents ->
        writer.write(documents).thenApply(outcomes -> outcomes.stream().map(change).toList());
  }

  private static List<WriteOutcome> allStored(List<EventDocument> documents) {
    return Collections.nCopies(documents.size(), new WriteOutcome.Stored());
  }

  /** Forgets each tenth call. */
  private static final class ForgetfulClient implements MqClientPort {
    private final MqClientPort client;
    private int calls;

    ForgetfulClient(MqClientPort client) {
      this.client = client;
    }

    @Override
    public CompletableFuture<List<DeliveryOutcome>> log(
        List<EncodedEvent> events, Deadline deadline) {
      var answer = client.log(events, deadline);
      return ++calls % 10 == 0 ? new CompletableFuture<>() : answer;
    }

    @Override
    public Optional<Unavailability> unavailability() {
      return client.unavailability();
    }

    @Override
    public void close() {
      client.close();
    }
  }

  private record ConfirmingTiers(LoggerPort tiers) implements LoggerPort {
    @Override
    public CompletableFuture<List<DeliveryOutcome>> log(
        List<EncodedEvent> events, Deadline deadline) {
      DeliveryOutcome durable = new DeliveryOutcome.Durable(Tier.KAFKA);
      return tiers
          .log(events, deadline)
          .thenApply(
              outcomes ->
                  outcomes.stream()
                      .map(
                          outcome ->
                              outcome instanceof DeliveryOutcome.NotConfirmed ? durable : outcome)
                      .toList());
    }

    @Override
    public void close() {
      tiers.close();
    }
  }

  private record HastySpool(LoggerPort spool) implements LoggerPort {
    @Override
    public CompletableFuture<List<DeliveryOutcome>> log(
        List<EncodedEvent> events, Deadline deadline) {
      var unused = spool.log(events, deadline);
      return CompletableFuture.completedFuture(
          Collections.nCopies(events.size(), new DeliveryOutcome.Durable(Tier.SPOOL)));
    }

    @Override
    public void close() {
      spool.close();
    }
  }
}
