package io.wideevents.worker.command;

import io.wideevents.kafka.StoredDeadLetter;
import io.wideevents.process.CommandFailedException;
import io.wideevents.process.ExitCode;
import io.wideevents.process.NativeCodec;
import io.wideevents.worker.config.WorkerSettings;
import io.wideevents.worker.deadletter.DeadLetterReader;
import io.wideevents.worker.deadletter.DeadLetterReplay;
import io.wideevents.worker.kafka.OffsetsRetention;
import io.wideevents.worker.kafka.WorkerKafka;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Puts dead letters back into the topic with their original key, value and headers. Remove the"
          + " cause first. A record that fails again becomes a new dead letter. Replaying twice is"
          + " harmless: an event is stored once.",
      "Starts where the last replay ended: at the committed offsets of the group"
          + " <group>.dlq-replay. Kafka deletes these offsets when no dlq command was used for"
          + " offsets.retention.minutes (a week by default). After that, --all or --from must say"
          + " where to start. A replay with a filter neither uses nor moves the committed offsets.",
      "Exits with 5 when it skipped dead letters that cannot be replayed: stubs, and records larger"
          + " than the topic accepts."
    },
    footer = {
      "",
      "Dead letters that are stubs, too large for the topic, or replayed --max-replays times are",
      "skipped. They stay in the dead-letter topic; log-worker dlq list --all shows them.",
      "",
      "Examples:",
      "  log-worker dlq replay --dry-run",
      "  log-worker dlq replay --reason refused_by_database --since 2h",
      "  log-worker dlq replay --from 2026-11-26T01:00:00Z",
      "  log-worker dlq replay --from 0:42 --from 3:17"
    })
final class DlqReplayCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(DlqReplayCommand.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  @ArgGroup(validate = false)
  private DeadLetterFilter filter = new DeadLetterFilter();

  @Option(
      names = "--all",
      description =
          "Start at the first dead letter. Includes dead letters that were replayed before.")
  private boolean all;

  @Option(
      names = "--from",
      paramLabel = "<start>",
      converter = ReplayStart.Converter.class,
      description = {
        "Start at a dead letter, as <partition:offset>, in that partition alone; may be given once"
            + " for each partition. Or start at a time or age, such as 2026-11-26T01:00:00Z or 2d,"
            + " in all partitions. Earlier dead letters count as replayed."
      })
  private List<ReplayStart> from = new ArrayList<>();

  @Option(
      names = "--max-replays",
      paramLabel = "<times>",
      converter = CountConverter.class,
      defaultValue = "3",
      description =
          "Skip dead letters that were replayed this many times. Default: ${DEFAULT-VALUE}.")
  private long maxReplays;

  @Option(
      names = "--dry-run",
      description = "Count the dead letters that would be replayed, and change nothing.")
  private boolean dryRun;

  @Option(names = "--json", description = "The result as a JSON object.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  /**
   * Creates a reader of the dead letters that uses the committed offsets of earlier replays.
   *
   * @throws CommandFailedException if compressed records cannot be read in this installation
   */
  static DeadLetterReader open(WorkerKafka kafka, WorkerSettings settings) {
    NativeCodec.require(NativeCodec.values());
    DeadLetterReader reader =
        new DeadLetterReader(
            kafka.newReader(group(settings)), settings.kafka().deadLetters().name());
    try {
      reader.renew();
    } catch (KafkaException e) {
      LOG.debug(
          "Could not renew the committed offsets of the replays", e); // the user may only read
    }
    return reader;
  }

  private static String group(WorkerSettings settings) {
    return settings.kafka().group() + ".dlq-replay";
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
    checkStart();
    return Operator.run(
        spec,
        (settings, out) ->
            Operator.withKafka(
                settings,
                kafka -> {
                  DlqReplayResult result = new DlqReplayResult(filter, maxReplays);
                  try (DeadLetterReader reader = open(kafka, settings)) {
                    seek(reader, kafka, settings, err);
                    replay(
                        reader,
                        kafka,
                        new ReplayProgress(err, "Replaying", reader.remaining()),
                        result);
                  }
                  if (json) {
                    result.printJson(out, dryRun);
                  } else {
                    result.print(out, dryRun);
                  }
                  return result.hasUnreplayable() ? ExitCode.CHECK_FAILED : ExitCode.OK;
                }));
  }

  private void replay(
      DeadLetterReader reader, WorkerKafka kafka, ReplayProgress progress, DlqReplayResult result)
      throws InterruptedException {
    boolean movesProgress = !filter.isActive() && !dryRun;
    // A producer would create a topic with a mistyped name, and the replayed dead letters would be
    // lost.
    kafka.requireEventTopic();
    Producer<byte[], byte[]> producer = kafka.newProducer();
    try {
      DeadLetterReplay replay = new DeadLetterReplay(producer, kafka.eventTopic());
      for (List<StoredDeadLetter> letters = reader.next();
          !letters.isEmpty();
          letters = reader.next()) {
        List<StoredDeadLetter> chosen = result.choose(letters);
        result.replayed(chosen.size(), dryRun ? 0 : replay.send(chosen));
        if (movesProgress) {
          // The dead letters are recorded as replayed only after all were acknowledged. A crash in
          // between sends dead letters twice; each event is stored once.
          reader.replayed(letters);
        }
        progress.advance(letters.size());
      }
      if (movesProgress) {
        reader.replayed(List.of());
      }
      progress.end();
    } finally {
      producer.close(CLOSE_TIMEOUT);
    }
  }

  private void checkStart() {
    long times = from.stream().filter(ReplayStart.Time.class::isInstance).count();
    if ((all && !from.isEmpty()) || (times > 0 && from.size() > 1)) {
      throw usage("Give either --all, or --from with one time, or --from with positions");
    }
  }

  private void seek(
      DeadLetterReader reader, WorkerKafka kafka, WorkerSettings settings, PrintWriter err) {
    if (!from.isEmpty()) {
      seekToFrom(reader);
    } else if (all || filter.isActive()) {
      reader.seekToStart();
    } else {
      requireOffsets(reader, kafka, settings);
      Optional<Instant> oldest = reader.oldestPending();
      reader.seekToPending();
      oldest.ifPresent(
          time ->
              err.printf(
                  "%s: %,d dead letters are pending, the oldest from %s%n",
                  reader.hasReplayed()
                      ? "Going on after the last replay"
                      : "No replay is remembered by group " + group(settings),
                  reader.remaining(),
                  time.truncatedTo(ChronoUnit.SECONDS)));
      err.flush();
    }
  }

  private void seekToFrom(DeadLetterReader reader) {
    Map<Integer, Long> positions = new HashMap<>();
    for (ReplayStart start : from) {
      switch (start) {
        case ReplayStart.Time time -> {
          reader.seekTo(time.at());
          return;
        }
        case ReplayStart.Position position ->
            positions.put(position.partition(), position.offset());
      }
    }
    try {
      reader.seekTo(positions);
    } catch (IllegalArgumentException e) {
      throw usage("--from: " + e.getMessage());
    }
  }

  /**
   * Fails if Kafka may have deleted the offsets of earlier replays. Otherwise thousands of dead
   * letters could be replayed a second time unnoticed.
   */
  private static void requireOffsets(
      DeadLetterReader reader, WorkerKafka kafka, WorkerSettings settings) {
    Duration retention;
    try (Admin admin = kafka.newAdmin()) {
      retention = OffsetsRetention.of(admin);
    }
    Optional<Instant> oldest = reader.oldestWithoutOffset(retention, Instant.now());
    if (oldest.isPresent()) {
      reader.seekToPending();
      throw new CommandFailedException(
          ExitCode.USAGE,
          "Group %s remembers no replay of some partitions: Kafka forgets one after %d hours without a dlq command. %,d dead letters are there, the oldest from %s; some may have been replayed before. Say where to start: --all (an event is stored once, however often it is replayed) or --from <partition:offset, time or age>"
              .formatted(
                  group(settings),
                  retention.toHours(),
                  reader.remaining(),
                  oldest.get().truncatedTo(ChronoUnit.SECONDS)));
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
