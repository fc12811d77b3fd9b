package io.wideevents.toolbox.chaos;

import io.wideevents.toolbox.load.LoadClient;
import io.wideevents.toolbox.load.LoadGenerator;
import io.wideevents.toolbox.load.Reply;
import java.net.URI;
import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * The load of a fault run. It follows the protocol: after 408, 429, 503 or no answer it posts the
 * same bytes again, until they are answered. Sometimes it posts acknowledged bytes again, like a
 * client that did not receive the answer. Used by one thread, which closes this object.
 */
final class ChaosLoad implements AutoCloseable {
  private static final LoadClient.Timing TIMING =
      new LoadClient.Timing(Duration.ofSeconds(15), Duration.ofMillis(200), Duration.ofSeconds(1));
  private static final Duration GIVE_UP_AFTER = Duration.ofMinutes(3);
  private static final int ONE_IN_REPEATED = 20;

  private final ChaosSettings settings;
  private final RequestSource source;
  private final Random random;
  private final LoadClient client;
  private final Scoreboard scoreboard;
  private final Ledger ledger = new Ledger();
  private final ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor();
  private volatile long giveUpNanos;
  private volatile boolean stopped;

  ChaosLoad(ChaosSettings settings, URI gateway, Scoreboard scoreboard) {
    this.settings = settings;
    this.scoreboard = scoreboard;
    this.random = new Random(settings.seed());
    this.source = new RequestSource(new EventStream(settings.seed(), settings.start()), random);
    this.client = new LoadClient(gateway, TIMING, scoreboard.tally());
  }

  /** Begins to post. Does not block. */
  Future<?> start() {
    scoreboard.begin();
    LoadGenerator generator = new LoadGenerator(settings.requestsPerSecond(), settings.clients());
    return thread.submit(
        () -> {
          generator.run(new Requests());
          return null;
        });
  }

  /** Posts no new bodies from now on. Retries continue, for 3 minutes at most. */
  void stop() {
    giveUpNanos = System.nanoTime() + GIVE_UP_AFTER.toNanos();
    stopped = true;
  }

  /** The outcomes so far. */
  Ledger ledger() {
    return ledger;
  }

  @Override
  public void close() {
    thread.shutdownNow();
    client.close();
  }

  private final class Requests implements Iterator<LoadGenerator.Request> {
    @Override
    public boolean hasNext() {
      return !stopped;
    }

    @Override
    public LoadGenerator.Request next() {
      RequestSource.Posted posted = source.next();
      int first = ledger.post(posted.ids().size());
      boolean repeated = random.nextInt(ONE_IN_REPEATED) == 0;
      return due -> {
        deliver(posted, first);
        if (repeated) {
          deliver(posted, first);
        }
      };
    }
  }

  private void deliver(RequestSource.Posted posted, int first) throws InterruptedException {
    Phase phase = scoreboard.phase();
    long begin = System.nanoTime();
    Optional<Reply.Final> reply = client.post(posted.body(), failures -> mayRetry());
    boolean durable = false;
    for (int i = 0; i < posted.ids().size(); i++) {
      if (reply.isEmpty()) {
        ledger.giveUp(first + i);
      } else if (reply.get().entries().get(i) instanceof Reply.Durable entry) {
        durable = true;
        if (!entry.eventId().equals(posted.ids().get(i).toString())) {
          scoreboard.wrongId();
        }
        ledger.acknowledge(first + i);
      } else {
        ledger.refuse(first + i);
      }
    }
    if (durable) {
      scoreboard.acknowledged(phase, System.nanoTime() - begin);
    }
  }

  private boolean mayRetry() {
    return !stopped || System.nanoTime() - giveUpNanos < 0;
  }
}
