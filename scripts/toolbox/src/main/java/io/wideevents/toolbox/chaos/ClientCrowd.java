package io.wideevents.toolbox.chaos;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** All clients of a run, each on its own thread. The caller closes this object. */
final class ClientCrowd implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  private final ChaosSettings settings;
  private final URI events;
  private final Scoreboard scoreboard;
  private final List<ClientLedger> ledgers = new ArrayList<>();
  private final List<Future<?>> running = new ArrayList<>();
  private final ExecutorService threads;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();

  ClientCrowd(ChaosSettings settings, URI gateway, Scoreboard scoreboard) {
    this.settings = settings;
    this.events = gateway.resolve("/v1/events");
    this.scoreboard = scoreboard;
    this.threads =
        Executors.newFixedThreadPool(
            settings.clients(), Thread.ofPlatform().daemon().name("client-", 1).factory());
  }

  /** Starts the clients. Does not block. */
  void begin(ChaosClient.Hours hours) {
    scoreboard.begin();
    for (int i = 0; i < settings.clients(); i++) {
      ClientLedger ledger = new ClientLedger();
      ledgers.add(ledger);
      Random random = new Random(settings.seed() * 31 + i);
      EventStream stream = new EventStream(settings.seed(), i, settings.start());
      ChaosClient client =
          new ChaosClient(
              http,
              events,
              new RequestSource(stream, random),
              random,
              settings.meanPause(),
              ledger,
              scoreboard);
      running.add(
          threads.submit(
              () -> {
                client.run(hours);
                return null;
              }));
    }
  }

  /**
   * Blocks until every event is answered or its client has given up.
   *
   * @return the ledgers, in the order of the clients
   */
  List<ClientLedger> await() throws InterruptedException {
    for (Future<?> client : running) {
      try {
        client.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("A client failed: " + e.getCause(), e.getCause());
      }
    }
    return List.copyOf(ledgers);
  }

  @Override
  public void close() {
    threads.shutdownNow();
    http.shutdownNow();
  }
}
