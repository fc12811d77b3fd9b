package io.wideevents.toolbox.sample;

import io.wideevents.toolbox.terminal.Progress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Sends sample traffic to a gateway, with several requests in flight. */
public final class SampleSender {
  private final BatchSource batches;
  private final GatewayClient gateway;
  private final Pacer pacer;
  private final Tally tally;
  private final Progress progress;

  private SampleSender(
      BatchSource batches, GatewayClient gateway, Pacer pacer, Tally tally, Progress progress) {
    this.batches = batches;
    this.gateway = gateway;
    this.pacer = pacer;
    this.tally = tally;
    this.progress = progress;
  }

  /**
   * Sends events and blocks until the last answer.
   *
   * @param gateway its address, with or without the path of the events
   * @param count events to take from {@code traffic}, at least 1
   * @return the counts of the outcomes
   */
  public static Tally send(
      URI gateway, SampleTraffic traffic, long count, SendSettings settings, Progress progress)
      throws InterruptedException {
    Tally tally = new Tally();
    SampleSender sender =
        new SampleSender(
            new BatchSource(traffic, count, settings.batchEvents()),
            new GatewayClient(
                gateway, settings.transfer(), settings.maxRetries(), tally, Thread::sleep),
            new Pacer(settings.eventsPerSecond()),
            tally,
            progress);
    sender.run(settings.concurrency());
    return tally;
  }

  private void run(int concurrency) throws InterruptedException {
    ExecutorService clients = Executors.newFixedThreadPool(concurrency);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < concurrency; i++) {
        running.add(
            clients.submit(
                () -> {
                  sendAll();
                  return null;
                }));
      }
      for (Future<?> client : running) {
        client.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("A client failed: " + e.getCause(), e.getCause());
    } finally {
      clients.shutdownNow();
    }
    progress.finish(tally.done());
  }

  private void sendAll() throws InterruptedException {
    for (Optional<EventBatch> batch = batches.next(); batch.isPresent(); batch = batches.next()) {
      pacer.await(batch.get().events());
      gateway.post(batch.get());
      progress.update(tally.done());
    }
  }
}
