package io.wideevents.toolbox.benchmark;

import io.wideevents.stack.MongodProcess;
import io.wideevents.toolbox.pipeline.ProjectHome;
import io.wideevents.toolbox.pipeline.RecordProducer;
import io.wideevents.toolbox.pipeline.StoredEvents;
import io.wideevents.toolbox.pipeline.TopicView;
import io.wideevents.toolbox.pipeline.WorkerProcess;
import io.wideevents.toolbox.sample.SampleTraffic;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Lets a worker process consume a backlog. Topic, group and database are new in each run; all runs
 * share the broker and MongoDB.
 */
final class BacklogRun {
  private static final int PARTITIONS = 6;
  private static final Duration BOUND = Duration.ofMinutes(5);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
  private static final double MILLION = 1_000_000;

  private final String brokers;
  private final MongodProcess mongo;
  private final Path logs;
  private final int events;
  private final ProjectHome home = ProjectHome.find();
  private int runs;

  /**
   * The result of a run.
   *
   * @param eventsPerSecond from the worker's start of consuming until all offsets are committed
   * @param mongodSeconds CPU time of MongoDB for a million events
   * @param workerSeconds CPU time of the worker for a million events, without its start
   */
  record Result(double eventsPerSecond, double mongodSeconds, double workerSeconds) {}

  /**
   * @param servers running
   */
  BacklogRun(Servers servers, int events) {
    this.brokers = servers.broker().bootstrapServers();
    this.mongo = servers.mongod();
    this.logs = servers.directory();
    this.events = events;
  }

  /**
   * Produces a backlog and blocks until a worker has consumed it.
   *
   * @param settings of the worker, in addition to the addresses of its servers
   * @throws IllegalStateException if the worker does not finish within five minutes
   */
  Result with(Map<String, String> settings) throws InterruptedException {
    String name = "backlog-" + ++runs;
    Map<String, String> all = new HashMap<>(settings);
    all.put("KAFKA_BROKER", brokers);
    all.put("KAFKA_LOG_TOPIC", name);
    all.put("MQ_DLQ_TOPIC", name + ".dlq");
    all.put("KAFKA_CONSUMER_GROUP", name);
    all.put("MONGODB_URI", mongo.uri());
    all.put("MONGODB_DATABASE", name);
    try (TopicView topic = new TopicView(brokers, name);
        StoredEvents stored = new StoredEvents(mongo.uri(), name)) {
      topic.create(PARTITIONS);
      fill(name);
      try (WorkerProcess worker = WorkerProcess.start(home, all, logs.resolve(name + ".log"))) {
        worker.awaitConsuming();
        double mongodBefore = ProcessUsage.cpuSeconds(mongo.process().pid());
        double workerBefore = ProcessUsage.cpuSeconds(worker.process().pid());
        long began = System.nanoTime();
        awaitNoLag(topic, name);
        double seconds = (System.nanoTime() - began) / 1e9;
        if (stored.count() != events) {
          throw new IllegalStateException(stored.count() + " of " + events + " events are stored");
        }
        return new Result(
            events / seconds,
            (ProcessUsage.cpuSeconds(mongo.process().pid()) - mongodBefore) / events * MILLION,
            (ProcessUsage.cpuSeconds(worker.process().pid()) - workerBefore) / events * MILLION);
      } finally {
        stored.drop();
      }
    }
  }

  private void fill(String topic) {
    SampleTraffic traffic = new SampleTraffic(runs, Instant.now());
    try (RecordProducer producer = new RecordProducer(brokers, topic)) {
      for (int i = 0; i < events; i++) {
        producer.send(traffic.next());
      }
      producer.flush();
    }
  }

  private static void awaitNoLag(TopicView topic, String group) throws InterruptedException {
    long end = System.nanoTime() + BOUND.toNanos();
    while (topic.lag(group) > 0) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException("The worker has not consumed the backlog within " + BOUND);
      }
      Thread.sleep(LOOK_AGAIN);
    }
  }
}
