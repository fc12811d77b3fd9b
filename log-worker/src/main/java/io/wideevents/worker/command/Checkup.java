package io.wideevents.worker.command;

import io.wideevents.kafka.GroupLag;
import io.wideevents.kafka.KafkaTrouble;
import io.wideevents.mongo.EventCollection;
import io.wideevents.mongo.LayoutDifference;
import io.wideevents.mongo.LayoutOutcome;
import io.wideevents.mongo.MongoConnection;
import io.wideevents.mongo.MongoTrouble;
import io.wideevents.process.NativeCodec;
import io.wideevents.worker.config.WorkerSettings;
import io.wideevents.worker.kafka.TopicDifference;
import io.wideevents.worker.kafka.WorkerKafka;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;

/**
 * Checks everything that a worker depends on, and reports each finding, with a fix, as soon as the
 * check has ended. Changes nothing.
 */
final class Checkup {
  private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(5);
  private static final Duration MONGO_BOUND = Duration.ofSeconds(60);

  private final WorkerSettings settings;
  private final Consumer<Finding> found;
  private boolean unreachable;
  private boolean mongoDown;
  private boolean failed;

  Checkup(WorkerSettings settings, Consumer<Finding> found) {
    this.settings = settings;
    this.found = found;
  }

  boolean metUnreachable() {
    return unreachable;
  }

  /** Whether a check found a failure. */
  boolean metFailure() {
    return failed;
  }

  /** Checks whether compressed records can be read in this installation. */
  void codecs() {
    for (NativeCodec codec : NativeCodec.values()) {
      codec.problem().ifPresent(problem -> tell(Finding.fail("codec", problem, codec.fix())));
    }
    if (!failed) {
      tell(Finding.ok("codecs", "the compression libraries load"));
    }
  }

  /** Checks the topics and then the lag of the group. */
  void kafka() {
    WorkerKafka kafka = new WorkerKafka(settings.kafka());
    try {
      List<TopicDifference> differences = kafka.checkTopics();
      tell(Finding.ok("kafka", "answers at " + settings.kafka().brokers()));
      topics(differences);
      if (differences.stream().noneMatch(TopicDifference::blocks)) {
        lag(kafka);
      }
    } catch (KafkaException e) {
      unreachable = true;
      tell(
          Finding.fail(
              "kafka",
              "%s: %s".formatted(settings.kafka().brokers(), KafkaTrouble.what(e)),
              "check KAFKA_BROKER, KAFKA_CLIENT_* and that the broker runs"));
    }
  }

  void topics() {
    topics(new WorkerKafka(settings.kafka()).checkTopics());
  }

  interface MongoWork {
    void with(MongoConnection mongo) throws InterruptedException;
  }

  /** Runs {@code work} with its own connection to MongoDB. */
  void withMongo(String applicationName, MongoWork work) throws InterruptedException {
    MongoConnection mongo = new MongoConnection(settings.mongo(), applicationName);
    work.with(mongo);
    if (!mongoDown) {
      // While the driver fails to resolve a host name, closing it prints a stack trace on the
      // terminal. The process ends in any case.
      mongo.close();
    }
  }

  /** Checks the server, the user's rights, the collection and its indexes, and the clocks. */
  void mongo() throws InterruptedException {
    withMongo("log-worker-doctor", this::look);
  }

  private void look(MongoConnection mongo) throws InterruptedException {
    Optional<Optional<Instant>> time = answer(mongo, mongo.serverTime());
    if (time.isEmpty()) {
      return;
    }
    tell(Finding.ok("mongodb", "answers at " + settings.mongo().servers()));
    time.get().ifPresent(this::clock);
    answer(mongo, mongo.isWritable()).ifPresent(this::writable);
    answer(mongo, mongo.missingRights()).ifPresent(this::rights);
    answer(mongo, new EventCollection(mongo).check())
        .ifPresent(outcome -> collection(mongo, outcome));
  }

  /** Reports the outcome of creating or checking the collection. */
  void collection(MongoConnection mongo, LayoutOutcome outcome) {
    switch (outcome) {
      case LayoutOutcome.Examined examined -> {
        for (LayoutDifference difference : examined.differences()) {
          boolean unsuitable =
              difference.kind() == LayoutDifference.Kind.COLLECTION_UNSUITABLE
                  || difference.kind() == LayoutDifference.Kind.UNIQUE_INDEX;
          tell(
              unsuitable
                  ? Finding.fail("collection", difference.message(), difference.fix())
                  : Finding.warn("collection", difference.message(), difference.fix()));
        }
        if (examined.differences().isEmpty()) {
          tell(
              Finding.ok(
                  "collection",
                  "%s.%s has its indexes and keeps events %d days"
                      .formatted(
                          settings.mongo().database(),
                          settings.mongo().collection(),
                          settings.mongo().retention().toDays())));
        }
      }
      case LayoutOutcome.NotAuthorized refused ->
          tell(
              Finding.warn(
                  "collection",
                  "may not be looked at or changed: " + mongo.explain(refused.cause()).what(),
                  refused.fix()));
      case LayoutOutcome.Unavailable unavailable -> mongoDown(mongo, unavailable.cause());
    }
  }

  /** Reports why MongoDB did not answer. */
  void mongoDown(MongoConnection mongo, Throwable cause) {
    unreachable = true;
    mongoDown = true;
    MongoTrouble trouble = mongo.explain(cause);
    tell(
        Finding.fail(
            "mongodb",
            trouble.what().startsWith(settings.mongo().servers())
                ? trouble.what()
                : "%s: %s".formatted(settings.mongo().servers(), trouble.what()),
            trouble.fix()));
  }

  private void writable(boolean writable) {
    if (!writable) {
      tell(
          Finding.fail(
              "mongodb",
              "the server that answers is not a primary and takes no writes",
              "name the whole replica set in MONGODB_URI (replicaSet=, no directConnection), and"
                  + " look at rs.status()"));
    }
  }

  private void rights(List<String> missing) {
    if (!missing.isEmpty()) {
      tell(
          Finding.fail(
              "mongodb",
              "the user of MONGODB_URI may not %s in %s.%s"
                  .formatted(
                      String.join(" and ", missing),
                      settings.mongo().database(),
                      settings.mongo().collection()),
              "grant it the role readWrite on the database"));
    }
  }

  private void topics(List<TopicDifference> differences) {
    for (TopicDifference difference : differences) {
      tell(
          difference.blocks()
              ? Finding.fail("topic", difference.message(), difference.fix())
              : Finding.warn("topic", difference.message(), difference.fix()));
    }
    if (differences.isEmpty()) {
      tell(
          Finding.ok(
              "topics",
              settings.kafka().events().name()
                  + " and "
                  + settings.kafka().deadLetters().name()
                  + " are as the settings say"));
    }
  }

  private void lag(WorkerKafka kafka) {
    try (Admin admin = kafka.newAdmin()) {
      GroupLag lag = GroupLag.of(admin, settings.kafka().events().name(), settings.kafka().group());
      long lost = lag.partitions().stream().mapToLong(GroupLag.PartitionLag::lost).sum();
      String state =
          "group %s: %s, workers: %d, records behind: %,d"
              .formatted(settings.kafka().group(), lag.state(), lag.members(), lag.total());
      if (lost > 0) {
        tell(
            Finding.fail(
                "lag",
                state + "; retention deleted " + lost + " records before they were read",
                "start workers now, and raise the topic's retention.ms above the longest outage"));
      } else if (lag.recreated()) {
        tell(
            Finding.warn(
                "lag",
                state + "; the topic was deleted and created again since the last commit",
                "a running worker begins at the start of the new topic within 10 s; find out who"
                    + " deleted the topic"));
      } else if (lag.members() == 0) {
        tell(Finding.warn("lag", state, "no worker runs: start one with log-worker run"));
      } else {
        tell(Finding.ok("lag", state));
      }
    }
  }

  private void clock(Instant server) {
    Duration apart = Duration.between(Instant.now(), server).abs();
    if (apart.compareTo(CLOCK_TOLERANCE) > 0) {
      tell(
          Finding.warn(
              "clock",
              "this machine and MongoDB's are %d s apart".formatted(apart.toSeconds()),
              "run NTP on both: these clocks decide whether a timestamp is in the future or expired"));
    } else {
      tell(Finding.ok("clock", "within " + CLOCK_TOLERANCE.toSeconds() + " s of MongoDB's"));
    }
  }

  private <T> Optional<T> answer(MongoConnection mongo, CompletableFuture<T> asked)
      throws InterruptedException {
    try {
      return Optional.of(asked.get(MONGO_BOUND.toSeconds(), TimeUnit.SECONDS));
    } catch (ExecutionException | TimeoutException e) {
      mongoDown(mongo, e);
    }
    return Optional.empty();
  }

  private void tell(Finding finding) {
    failed |= finding.level() == Finding.Level.FAIL;
    found.accept(finding);
  }
}
