package io.wideevents.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.ConnectionString;
import com.mongodb.client.model.Filters;
import io.wideevents.process.ExitCode;
import io.wideevents.process.ProcessMain;
import io.wideevents.stack.TestStack;
import io.wideevents.worker.config.WorkerSettings;
import io.wideevents.worker.testing.EventTopic;
import io.wideevents.worker.testing.EventsInMongo;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The operator's commands against a real broker and a real MongoDB. */
class OperatorCommandsIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String NO_SERVER = "127.0.0.1:1";

  private final String name = TestStack.uniqueName(OperatorCommandsIT.class);
  private final String databaseName = TestStack.newDatabase(OperatorCommandsIT.class);
  private final EventsInMongo stored = new EventsInMongo(TestStack.mongo(), databaseName);
  private final EventTopic topic = EventTopic.existing(TestStack.kafka(), name);
  private final List<AutoCloseable> opened = new ArrayList<>(List.of(stored, topic));

  private record Result(int exitCode, String out, String err) {}

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
  }

  @Test
  void init_createsWhatIsMissingAndCheckTells() {
    Result before = run("init", "--check");
    Result init = run("init");
    Result after = run("init", "--check");

    assertThat(before.exitCode()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(before.out()).contains("topic " + name + " does not exist", "→ run log-worker init");
    assertThat(init.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(init.out()).contains("created topic " + name + ".dlq", "created index timestamp_1");
    assertThat(after.exitCode()).as(after.out()).isEqualTo(ExitCode.OK);
  }

  @Test
  void init_shortensTheRetentionOnlyWhenThatIsConfirmed() {
    assumeTrue(TestStack.mongoIsServer(), "The stand-in for MongoDB changes no index");
    run("init", "--event-retention", "90d");
    stored.insertOld(Duration.ofDays(40));

    Result check = run("init", "--check", "--event-retention", "30d");
    Result refused = run("init", "--event-retention", "30d");
    String afterRefusal = run("doctor", "--event-retention", "30d").out();
    Result done = run("init", "--event-retention", "30d", "--yes");

    assertThat(check.exitCode()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(check.out()).contains("deletes 1 events older than");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(refused.out())
        .contains(
            "index timestamp_1 deletes events after 90 d; it will delete events after 30 d",
            "That deletes 1 events older than",
            "not changed",
            "log-worker init --yes");
    assertThat(afterRefusal)
        .contains("index timestamp_1 deletes events after 90 d, and EVENT_RETENTION is 30 d");
    assertThat(done.exitCode()).as(done.out()).isEqualTo(ExitCode.OK);
    assertThat(done.out()).contains("index timestamp_1 deletes events after 30 d now");
  }

  @Test
  void doctor_tellsTheCauseWhenMongoDbIsMisconfigured() {
    assumeTrue(TestStack.mongoIsServer(), "There is only a stand-in for MongoDB");
    String server = new ConnectionString(TestStack.mongo()).getHosts().getFirst();
    Map<String, String> causes =
        Map.of(
            "mongodb://" + server + "/?replicaSet=wrong",
            "and MONGODB_URI asks for",
            "mongodb://" + server + "/?tls=true",
            "TLS",
            "mongodb://127.0.0.1:1/",
            "connection refused",
            "mongodb+srv://unknown.invalid/",
            "SRV",
            "mongodb://u:geheim@" + server + "/",
            "rejected the credentials");

    List<String> outputs = new ArrayList<>();
    causes.forEach(
        (uri, cause) -> {
          // On a busy machine the server may not have answered when the doctor stops waiting.
          awaitRun(
              doctor -> {
                outputs.add(doctor.out());
                assertThat(doctor.exitCode()).as(uri).isEqualTo(ExitCode.UNREACHABLE);
                assertThat(doctor.out()).contains("fail  mongodb", cause, "→ ");
              },
              "doctor",
              "--mongodb-uri",
              uri);
        });

    assertThat(outputs)
        .allSatisfy(output -> assertThat(output).doesNotContain("Timed out", "geheim"));
  }

  @Test
  void doctor_tellsWhatIsWrongAndHowToMendIt() throws Exception {
    run("init");
    Result withoutWorker = run("doctor");
    startWorker();
    awaitRun(it -> assertThat(it.out()).contains("workers: 1"), "doctor", "--json");
    Result withWorker = run("doctor");

    assertThat(withoutWorker.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(withoutWorker.out()).contains("warn  lag", "→ no worker runs");
    assertThat(withWorker.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(withWorker.out())
        .contains("ok    topics", "ok    lag", "ok    mongodb", "ok    collection")
        .doesNotContain("warn", "fail");
  }

  @Test
  void doctor_failsOnATopicThatDropsEvents() throws Exception {
    topic
        .admin()
        .createTopics(
            List.of(new NewTopic(name, 6, (short) 1).configs(Map.of("cleanup.policy", "compact"))))
        .all()
        .get();

    Result doctor = run("doctor");

    assertThat(doctor.exitCode()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(doctor.out())
        .contains("cleanup.policy=compact", "--add-config cleanup.policy=delete");
  }

  @Test
  void commands_sayWhenKafkaDoesNotAnswer() {
    for (String command : List.of("lag", "init")) {
      Result result = run(command, "--brokers", NO_SERVER);

      assertThat(result.exitCode()).as(command).isEqualTo(ExitCode.UNREACHABLE);
      assertThat(result.err()).contains(NO_SERVER, "KAFKA_BROKER");
    }
    Result doctor = run("doctor", "--brokers", NO_SERVER);
    assertThat(doctor.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(doctor.out()).contains("fail  kafka", "ok    mongodb");
  }

  @Test
  void commands_sayWhenATopicIsMissing() {
    for (List<String> command : List.of(List.of("lag"), List.of("dlq", "list"))) {
      Result result = run(command.toArray(String[]::new));

      assertThat(result.exitCode()).as("%s", command).isEqualTo(ExitCode.FAILURE);
      assertThat(result.err()).contains(name + ".dlq", "log-worker init creates them");
    }
  }

  @Test
  void lagWatch_endsAsSoonAsTheLagIsTooMuch() throws Exception {
    run("init");
    topic.sendEvents(0, 100, Instant.now());

    Result watch = run("lag", "--watch", "--max-lag", "50");

    assertThat(watch.exitCode()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(watch.out()).contains("100 records behind");
  }

  @Test
  void lag_tellsAndChecks() throws Exception {
    run("init");
    topic.sendEvents(0, 100, Instant.now());

    Result behind = run("lag", "--json", "--max-lag", "50");
    startWorker();
    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(run("lag", "--max-lag", "0").exitCode()).isZero());

    assertThat(behind.exitCode()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(behind.out()).contains("\"lag\":100,").hasLineCount(1);
    assertThat(run("lag").out()).contains("workers: 1", "total");
  }

  @Test
  void dlq_replayStoresWhatCanBeStoredAfterAFix() throws Exception {
    assumeTrue(TestStack.mongoIsServer(), "The stand-in for MongoDB has no validators");
    stored.createWithValidator(Filters.ne("service", "forbidden"));
    run("init");
    for (int i = 0; i < 20; i++) {
      topic.send(new ProducerRecord<>(name, bytes("k" + i), forbidden(i)));
    }
    topic.send(new ProducerRecord<>(name, bytes("bad"), bytes("{not json")));
    startWorker();
    awaitRun(it -> assertThat(it.out()).hasLineCount(21), "dlq", "list", "--json");

    Result list = run("dlq", "list", "--reason", "malformed", "--json");
    String position = list.out().replaceAll("(?s).*\"position\":\"(\\d+:\\d+)\".*", "$1");
    assertThat(run("dlq", "show", position).out())
        .contains("header    dlq-reason: malformed", "{not json");
    assertThat(run("dlq", "show", position, "--value").out().strip()).isEqualTo("{not json");
    assertThat(run("dlq", "replay", "--dry-run").out()).contains("Would replay 21 dead letters");

    stored.dropValidator();
    Result replay = run("dlq", "replay", "--json");

    assertThat(replay.out()).contains("\"replayed\":21");
    await().atMost(LONG).until(() -> stored.count() == 20);
    // The broken one came back as a new letter, which knows that it was replayed.
    awaitRun(it -> assertThat(it.out()).hasLineCount(1), "dlq", "list", "--json");
    assertThat(run("dlq", "list", "--json").out()).contains("\"replays\":1");
    run("dlq", "replay");
    awaitRun(it -> assertThat(it.out()).contains("       2  malformed"), "dlq", "list");
    assertThat(run("dlq", "replay", "--max-replays", "2").out())
        .contains("Replayed 0 dead letters", "1 skipped: came back 2 times");
  }

  @Test
  void dlqReplay_asksWhereToStartOnceKafkaMayHaveForgottenTheLast() throws Exception {
    run("init");
    long longAgo = Instant.now().minus(Duration.ofDays(10)).toEpochMilli();
    for (int i = 0; i < 3; i++) {
      topic.send(new ProducerRecord<>(name + ".dlq", i, longAgo + i, bytes("key"), bytes("value")));
    }

    Result plain = run("dlq", "replay");
    Result from = run("dlq", "replay", "--from", "1:0", "--json");
    Result stillAsks = run("dlq", "replay");
    Result fromTime = run("dlq", "replay", "--from", "2d", "--json");
    Result after = run("dlq", "replay", "--json");
    Result all = run("dlq", "replay", "--all", "--dry-run", "--json");

    assertThat(plain.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(plain.err()).contains(name + ".dlq-replay", "3 dead letters", "--all", "--from");
    assertThat(from.out()).contains("\"replayed\":1");
    assertThat(stillAsks.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(fromTime.out()).as("earlier letters count as replayed").contains("\"replayed\":0");
    assertThat(after.exitCode()).as(after.err()).isEqualTo(ExitCode.OK);
    assertThat(after.out()).contains("\"replayed\":0");
    assertThat(all.out()).contains("\"replayed\":3");
    assertThat(run("dlq", "replay", "--from", "77:0").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run("dlq", "replay", "--from", "1:0", "--all").exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run("dlq", "replay", "--from", "yesterday").err()).contains("2026-11-26T01:03:17Z");
  }

  @Test
  void dlq_marksAStubAndDoesNotReplayIt() throws Exception {
    run("init");
    ProducerRecord<byte[], byte[]> stub =
        new ProducerRecord<>(name + ".dlq", 0, bytes("key"), bytes("{}"));
    stub.headers()
        .add("dlq-reason", bytes("too_large"))
        .add("dlq-source-topic", bytes(name))
        .add("dlq-source-partition", bytes("3"))
        .add("dlq-source-offset", bytes("42"))
        .add("dlq-stub", bytes("true"))
        .add("dlq-cut", bytes("value,headers"));
    topic.send(stub);

    assertThat(run("dlq", "list").out()).contains("SOURCE", name + ":3:42", " stub ");
    assertThat(run("dlq", "list", "--json").out())
        .contains("\"stub\":true,\"cut\":[\"value\",\"headers\"]");
    assertThat(run("dlq", "show", "0:0").out())
        .contains("kept      a stub, which cannot be replayed", name + ":3:42", "value, headers");
    Result replay = run("dlq", "replay");
    assertThat(replay.exitCode()).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(replay.out()).contains("Replayed 0 dead letters", "1 skipped: only a stub is kept");
  }

  @Test
  void dlqReplay_toATopicThatDoesNotExistSendsNothing() throws Exception {
    run("init");
    topic.send(new ProducerRecord<>(name + ".dlq", bytes("key"), bytes("value")));
    String mistyped = name + "-mistyped";

    Result replay = run("dlq", "replay", "--topic", mistyped);

    assertThat(replay.exitCode()).as(replay.out()).isEqualTo(ExitCode.FAILURE);
    assertThat(replay.err()).contains(mistyped);
    assertThat(topic.admin().listTopics().names().get()).doesNotContain(mistyped);
    assertThat(run("dlq", "replay", "--dry-run").out()).contains("Would replay 1 dead letter");
  }

  @Test
  void dlqList_letsNoRecordPlayWithTheTerminal() throws Exception {
    run("init");
    startWorker();
    topic.send(
        new ProducerRecord<>(name, bytes("key"), bytes("{\"\\u001b[2J\\u009b\\n\":1e99999}")));
    awaitRun(it -> assertThat(it.out()).contains("invalid"), "dlq", "list", "--json");

    assertThat(run("dlq", "list").out())
        .hasLineCount(2)
        .doesNotContain("\u001b", "\u009b")
        .contains("[2J");
  }

  @Test
  void dlqShow_refusesWhatIsNotThere() {
    run("init");

    assertThat(run("dlq", "show", "7:3").exitCode()).isEqualTo(ExitCode.FAILURE);
    assertThat(run("dlq", "show", "0:0").err()).contains("There is no dead letter at 0:0");
    assertThat(run("dlq", "show", "here").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  private void startWorker() {
    WorkerApplication worker =
        new WorkerApplication(
            WorkerSettings.CATALOGUE
                .resolve(
                    Map.of(
                        "--brokers",
                        TestStack.kafka(),
                        "--topic",
                        name,
                        "--dlq-topic",
                        name + ".dlq",
                        "--group",
                        name,
                        "--mongodb-uri",
                        TestStack.mongo(),
                        "--mongodb-database",
                        databaseName,
                        "--http-port",
                        "-1"),
                    Map.of())
                .settings());
    opened.add(worker);
    worker.start();
  }

  /** Runs a command again and again until its result is as expected. */
  private void awaitRun(Consumer<Result> expectation, String... arguments) {
    await().atMost(LONG).untilAsserted(() -> assertThat(run(arguments)).satisfies(expectation));
  }

  private Result run(String... arguments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--topic",
                name,
                "--dlq-topic",
                name + ".dlq",
                "--group",
                name,
                "--mongodb-uri",
                TestStack.mongo(),
                "--mongodb-database",
                databaseName));
    if (List.of(arguments).contains("--mongodb-uri")) {
      all.subList(6, 8).clear();
    }
    if (!List.of(arguments).contains("--brokers")) {
      all.addAll(List.of("--brokers", TestStack.kafka()));
    }
    all.addAll(List.of(arguments));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine =
        LogWorker.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int exitCode = ProcessMain.execute(commandLine, LogWorker.class, all.toArray(String[]::new));
    return new Result(exitCode, out.toString(), err.toString());
  }

  private static byte[] forbidden(int n) {
    return bytes(
        """
        {"requestId":"r-%d","service":"forbidden","route":"GET /","timestamp":"%s"}"""
            .formatted(n, Instant.now()));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
