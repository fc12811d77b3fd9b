package io.wideevents.toolbox.benchmark;

import io.wideevents.stack.ChildProcess;
import io.wideevents.toolbox.pipeline.RecordProducer;
import io.wideevents.toolbox.pipeline.StoredEvents;
import io.wideevents.toolbox.pipeline.TopicView;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import org.bson.Document;

/**
 * Lets processes consume a backlog, one after the other. All read the same topic, each with its own
 * group and into its own database. The caller closes this object, which deletes the topic.
 */
final class BacklogRun implements AutoCloseable {
  private static final int PARTITIONS = 6;
  private static final Duration SHORTEST_BOUND = Duration.ofMinutes(5);
  private static final int LEAST_EVENTS_PER_SECOND = 5_000;
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
  private static final double MILLION = 1_000_000;

  private final Servers servers;
  private final TopicView topic;
  private final int events;
  private final String name = "benchmark-backlog-" + ProcessHandle.current().pid();
  private int runs;

  /** A process that stores the events of a topic. */
  @FunctionalInterface
  interface Consumer {
    /**
     * Starts the process. Does not block.
     *
     * @param name of its group and database
     */
    ChildProcess start(String topic, String name);
  }

  /**
   * The result of a run. The first quarter of the backlog is not measured, because the process
   * starts and is compiled during that time.
   *
   * @param mongodSeconds CPU time of MongoDB for a million events; NaN if MongoDB was given
   * @param consumerSeconds CPU time of the process for a million events
   * @param peakMegabytes the most resident memory of the process since its start
   * @param otherWork the share of the processors that other programs took
   * @param indexes of the collection, as MongoDB lists them
   */
  record Result(
      double eventsPerSecond,
      double mongodSeconds,
      double consumerSeconds,
      double peakMegabytes,
      double otherWork,
      List<Document> indexes) {}

  private BacklogRun(Servers servers, int events) {
    this.servers = servers;
    this.events = events;
    this.topic = new TopicView(servers.brokers(), name);
  }

  /**
   * Fills a topic. Blocks until the broker has all records.
   *
   * @param servers running
   */
  static BacklogRun fill(Servers servers, int events, PrintWriter talk) {
    talk.printf("Producing a backlog of %,d events%n", events);
    talk.flush();
    BacklogRun run = new BacklogRun(servers, events);
    run.topic.create(PARTITIONS);
    SizedEvents sized = new SizedEvents(1);
    try (RecordProducer producer = new RecordProducer(servers.brokers(), run.name)) {
      for (int i = 0; i < events; i++) {
        producer.send(sized.next());
      }
      producer.flush();
    }
    return run;
  }

  /**
   * Starts a process and blocks until it has consumed the backlog.
   *
   * @param indexes created before the process starts
   * @throws IllegalStateException if the process does not finish within five minutes and the time
   *     for 5 000 events a second, or if the collection does not have every event once
   */
  Result with(Consumer consumer, List<Document> indexes) throws InterruptedException {
    String group = name + "-" + ++runs;
    try (StoredEvents stored = new StoredEvents(servers.mongoUri(), group)) {
      stored.createIndexes(indexes);
      try (ChildProcess process = consumer.start(name, group)) {
        return measure(process, group, stored);
      } finally {
        stored.drop();
      }
    }
  }

  private Result measure(ChildProcess process, String group, StoredEvents stored)
      throws InterruptedException {
    long end = System.nanoTime() + bound().toNanos();
    long left = awaitLag(process, group, events - events / 4, end);
    OtherWork otherWork = OtherWork.begin();
    double mongodBefore = mongodSeconds();
    double consumerBefore = ProcessUsage.cpuSeconds(process.pid());
    long began = System.nanoTime();
    awaitLag(process, group, 0, end);
    double seconds = (System.nanoTime() - began) / 1e9;
    double consumerSeconds = ProcessUsage.cpuSeconds(process.pid()) - consumerBefore;
    double mongodSeconds = mongodSeconds() - mongodBefore;
    double share = otherWork.share();
    if (stored.count() != events) {
      throw process.failure(
          "stored %,d events of a backlog of %,d".formatted(stored.count(), events));
    }
    return new Result(
        left / seconds,
        mongodSeconds / left * MILLION,
        consumerSeconds / left * MILLION,
        ProcessUsage.peakMegabytes(process.pid()),
        share,
        stored.indexes());
  }

  // Returns the lag, which is at most the wanted one.
  private long awaitLag(ChildProcess process, String group, long wanted, long endNanos)
      throws InterruptedException {
    long lag = topic.lag(group);
    while (lag > wanted) {
      if (!process.isAlive()) {
        throw process.failure("ended");
      }
      if (System.nanoTime() - endNanos > 0) {
        throw process.failure("has not consumed the backlog within " + bound());
      }
      Thread.sleep(LOOK_AGAIN);
      lag = topic.lag(group);
    }
    return lag;
  }

  private Duration bound() {
    return SHORTEST_BOUND.plusSeconds(events / LEAST_EVENTS_PER_SECOND);
  }

  private double mongodSeconds() {
    return servers.mongodPid().isPresent()
        ? ProcessUsage.cpuSeconds(servers.mongodPid().getAsLong())
        : Double.NaN;
  }

  @Override
  public void close() {
    try (topic) {
      topic.delete();
    }
  }
}
