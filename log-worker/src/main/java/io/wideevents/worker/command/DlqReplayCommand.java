package io.wideevents.worker.command;

import io.wideevents.process.CommandFailedException;
import io.wideevents.process.ExitCode;
import io.wideevents.process.NativeCodec;
import io.wideevents.worker.config.WorkerSettings;
import io.wideevents.worker.deadletter.DeadLetterReader;
import io.wideevents.worker.deadletter.DeadLetterReplay;
import io.wideevents.worker.deadletter.StoredLetter;
import io.wideevents.worker.kafka.KafkaClient;
import io.wideevents.worker.kafka.OffsetsRetention;
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

/** {@code log-worker dlq replay}. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Puts dead letters back into the topic, original key, value and headers, for the workers to"
          + " try again; do it once the cause is mended. A letter that fails again comes back as a"
          + " new one. Replaying twice is harmless: an event is stored once.",
      "Goes on where the last replay ended. The group <group>.dlq-replay remembers that; Kafka"
          + " forgets it when no dlq command was used for a while (offsets.retention.minutes, a week"
          + " by default). Then --all or --from has to say where to start. With a filter what is"
          + " remembered neither counts nor moves.",
      "Ends with 5 when letters were skipped that cannot be replayed: stubs, and letters larger than"
          + " the topic takes."
    },
    footer = {
      "",
      "Letters that are only a stub, too large for the topic, or replayed --max-replays times are",
      "skipped and stay; log-worker dlq list --all shows them.",
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
  private LetterFilter filter = new LetterFilter();

  @Option(names = "--all", description = "From the first letter, also those replayed before.")
  private boolean all;

  @Option(
      names = "--from",
      paramLabel = "<start>",
      converter = ReplayStart.Converter.class,
      description = {
        "From a letter on, as <partition:offset>, in that partition alone; may be given once for"
            + " each partition. Or from a time or age on, such as 2026-11-26T01:00:00Z or 2d, in"
            + " all. Earlier letters count as replayed."
      })
  private List<ReplayStart> from = new ArrayList<>();

  @Option(
      names = "--max-replays",
      paramLabel = "<times>",
      converter = CountConverter.class,
      defaultValue = "3",
      description = "Skip letters that came back so often. Default: ${DEFAULT-VALUE}.")
  private long maxReplays;

  @Option(names = "--dry-run", description = "Only count what would be replayed.")
  private boolean dryRun;

  @Option(names = "--json", description = "The result as a JSON object.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  private long replayed;
  private long stubs;
  private long exhausted;
  private long filtered;
  private long tooLarge;

  /**
   * A reader of the dead letters that knows what was replayed.
   *
   * @throws CommandFailedException if compressed records cannot be read here
   */
  static DeadLetterReader open(KafkaClient kafka, WorkerSettings settings) {
    NativeCodec.require(NativeCodec.values());
    DeadLetterReader reader =
        new DeadLetterReader(
            kafka.newReader(group(settings)), settings.kafka().deadLetters().name());
    try {
      reader.renew();
    } catch (KafkaException e) {
      LOG.debug("Could not renew what the group remembers", e); // a user who may only read
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
                  try (DeadLetterReader reader = open(kafka, settings)) {
                    replay(reader, kafka, settings, err);
                  }
                  report(out);
                  return stubs + tooLarge > 0 ? ExitCode.CHECK_FAILED : ExitCode.OK;
                }));
  }

  private void replay(
      DeadLetterReader reader, KafkaClient kafka, WorkerSettings settings, PrintWriter err)
      throws InterruptedException {
    boolean movesProgress = !filter.isActive() && !dryRun;
    seek(reader, kafka, settings, err);
    // A producer would create a topic of a mistyped name, and the letters would be gone.
    kafka.requireEventTopic();
    Producer<byte[], byte[]> producer = kafka.newProducer();
    try {
      DeadLetterReplay replay = new DeadLetterReplay(producer, settings.kafka().events().name());
      Progress progress = new Progress(err, "Replaying", reader.remaining());
      for (List<StoredLetter> letters = reader.next();
          !letters.isEmpty();
          letters = reader.next()) {
        List<StoredLetter> chosen = choose(letters);
        int refused = dryRun ? 0 : replay.send(chosen);
        replayed += chosen.size() - refused;
        tooLarge += refused;
        if (movesProgress) {
          // Only after all were acknowledged: what a crash repeats is stored once all the same.
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
      DeadLetterReader reader, KafkaClient kafka, WorkerSettings settings, PrintWriter err) {
    if (!from.isEmpty()) {
      seekToFrom(reader);
    } else if (all || filter.isActive()) {
      reader.seekToStart();
    } else {
      requireMemory(reader, kafka, settings);
      Optional<Instant> oldest = reader.oldestPending();
      reader.seekToPending();
      oldest.ifPresent(
          time ->
              err.printf(
                  "%s: %,d dead letters are pending, the oldest from %s%n",
                  reader.remembersReplay()
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

  /** Thousands of letters that were replayed before must not be replayed without a word. */
  private static void requireMemory(
      DeadLetterReader reader, KafkaClient kafka, WorkerSettings settings) {
    Duration memory;
    try (Admin admin = kafka.newAdmin()) {
      memory = OffsetsRetention.of(admin);
    }
    Optional<Instant> oldest = reader.oldestForgotten(memory, Instant.now());
    if (oldest.isPresent()) {
      reader.seekToPending();
      throw new CommandFailedException(
          ExitCode.USAGE,
          "Group %s remembers no replay of some partitions: Kafka forgets one after %d hours without a dlq command. %,d dead letters are there, the oldest from %s; some may have been replayed before. Say where to start: --all (an event is stored once, however often it is replayed) or --from <partition:offset, time or age>"
              .formatted(
                  group(settings),
                  memory.toHours(),
                  reader.remaining(),
                  oldest.get().truncatedTo(ChronoUnit.SECONDS)));
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }

  private List<StoredLetter> choose(List<StoredLetter> letters) {
    Instant now = Instant.now();
    List<StoredLetter> chosen = new ArrayList<>(letters.size());
    for (StoredLetter letter : letters) {
      if (!filter.matches(letter, now)) {
        filtered++;
      } else if (letter.isStub()) {
        stubs++;
      } else if (letter.replays() >= maxReplays) {
        exhausted++;
      } else {
        chosen.add(letter);
      }
    }
    return chosen;
  }

  private void report(Output out) {
    if (json) {
      out.json(
          object -> {
            object.writeBooleanProperty("dryRun", dryRun);
            object.writeNumberProperty("replayed", replayed);
            object.writeNumberProperty("skippedStubs", stubs);
            object.writeNumberProperty("skippedExhausted", exhausted);
            object.writeNumberProperty("skippedTooLarge", tooLarge);
            object.writeNumberProperty("skippedByFilter", filtered);
          });
      return;
    }
    out.line((dryRun ? "Would replay " : "Replayed ") + replayed + " dead letters");
    if (stubs > 0) {
      out.line(
          stubs
              + " skipped: only a stub is kept, which cannot be replayed; dlq list --all shows where"
              + " the originals were");
    }
    if (exhausted > 0) {
      out.line(exhausted + " skipped: came back " + maxReplays + " times (--max-replays)");
    }
    if (tooLarge > 0) {
      out.line(tooLarge + " skipped: larger than the topic takes; raise its max.message.bytes");
    }
    if (filtered > 0) {
      out.line(filtered + " skipped by the filter");
    }
  }
}
