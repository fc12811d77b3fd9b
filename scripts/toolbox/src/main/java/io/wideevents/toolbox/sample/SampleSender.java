package io.wideevents.toolbox.sample;

import io.wideevents.toolbox.terminal.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Sends batches through a number of clients at the same time. */
final class SampleSender {
  private final BatchSource batches;
  private final GatewayClient gateway;
  private final Pacer pacer;
  private final Tally tally;
  private final Progress progress;

  SampleSender(
      BatchSource batches, GatewayClient gateway, Pacer pacer, Tally tally, Progress progress) {
    this.batches = batches;
    this.gateway = gateway;
    this.pacer = pacer;
    this.tally = tally;
    this.progress = progress;
  }

  /**
   * Sends everything and blocks until the last answer.
   *
   * @param concurrency requests under way at the same time, at least 1
   */
  void run(int concurrency) throws InterruptedException {
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
