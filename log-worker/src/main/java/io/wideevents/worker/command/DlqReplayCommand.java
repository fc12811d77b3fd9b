package io.wideevents.worker.command;

import io.wideevents.process.ExitCode;
import io.wideevents.worker.config.WorkerSettings;
import io.wideevents.worker.deadletter.DeadLetterReader;
import io.wideevents.worker.deadletter.DeadLetterReplay;
import io.wideevents.worker.deadletter.StoredLetter;
import io.wideevents.worker.kafka.KafkaClient;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
      "Goes on where the last replay ended (progress is in the group <group>.dlq-replay). With a"
          + " filter or --all that progress neither counts nor moves.",
    },
    footer = {
      "",
      "Letters that are only a stub, too large for the topic, or replayed --max-replays times are",
      "skipped and stay; log-worker dlq list --all shows them.",
      "",
      "Examples:",
      "  log-worker dlq replay --dry-run",
      "  log-worker dlq replay --reason refused_by_database --since 2h"
    })
final class DlqReplayCommand implements Callable<Integer> {
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  @ArgGroup(validate = false)
  private LetterFilter filter = new LetterFilter();

  @Option(names = "--all", description = "From the first letter, also those replayed before.")
  private boolean all;

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

  /** A reader of the dead letters that knows what was replayed. */
  static DeadLetterReader open(KafkaClient kafka, WorkerSettings settings) {
    return new DeadLetterReader(
        kafka.newReader(settings.kafka().group() + ".dlq-replay"),
        settings.kafka().deadLetters().name());
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
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
                  return ExitCode.OK;
                }));
  }

  private void replay(
      DeadLetterReader reader, KafkaClient kafka, WorkerSettings settings, PrintWriter err)
      throws InterruptedException {
    boolean movesProgress = !all && !filter.isActive() && !dryRun;
    if (all || filter.isActive()) {
      reader.seekToStart();
    } else {
      reader.seekToPending();
    }
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
      progress.end();
    } finally {
      producer.close(CLOSE_TIMEOUT);
    }
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
          stubs + " skipped: only a stub is kept; dlq list --all tells where the originals were");
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
