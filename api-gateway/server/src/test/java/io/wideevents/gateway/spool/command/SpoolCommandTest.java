package io.wideevents.gateway.spool.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.delivery.spool.DeadLetterPort;
import io.wideevents.delivery.spool.EventSpool;
import io.wideevents.delivery.spool.ReplayTarget;
import io.wideevents.delivery.spool.SpoolOutcome;
import io.wideevents.delivery.spool.SpoolSettings;
import io.wideevents.delivery.spool.SpoolStats;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.process.ExitCode;
import io.wideevents.process.ProcessMain;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class SpoolCommandTest {
  private static final List<StubEvent> EVENTS = StubEvent.many(10);

  @TempDir Path directory;
  private final RecordingLogger tiers = new RecordingLogger(Tier.KAFKA);
  private final RecordingLogger deadLetters = new RecordingLogger(Tier.KAFKA);
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private OutputStream stdout = new ByteArrayOutputStream();

  @Command(name = "api-gateway")
  private static final class Root {}

  @Test
  void status_tellsWhatIsInTheSpool() throws Exception {
    spoolAndClose();

    int exitCode = run("status");

    assertThat(exitCode).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .contains(spoolDirectory().toString())
        .containsPattern("pending +10 events, oldest 0 min")
        .containsPattern("refused +0 events")
        .containsPattern("size +\\d+\\.\\d KiB of 2\\.0 GiB")
        .doesNotContain("quarantine");
  }

  @Test
  void status_asJsonIsForScripts() throws Exception {
    spoolAndClose();

    run("status", "--json");

    assertThat(out.toString())
        .startsWith("{\"directory\":\"")
        .contains("\"pendingEvents\":10,\"refusedEvents\":0,")
        .contains("\"maxBytes\":2147483648,\"oldest\":\"2")
        .endsWith("\"quarantinedFiles\":0}\n");
  }

  @Test
  void status_showsDamageAlsoAfterTheDamagedFileIsDrained() throws Exception {
    spoolAndClose();
    Path segment = spoolDirectory().resolve("pending").resolve("000000000000000001.segment");
    byte[] bytes = Files.readAllBytes(segment);
    Files.write(segment, Arrays.copyOf(bytes, bytes.length - 1));

    run("status");
    run("status", "--json");
    assertThat(out.toString())
        .containsPattern("damage +1 places cannot be read")
        .contains("\"damagedRanges\":1,");
    run("drain");
    run("status");

    assertThat(out.toString()).containsPattern("quarantine +1 files");
  }

  @Test
  void status_ofAnEmptySpoolHasNoOldestEvent() throws Exception {
    open().close();

    run("status", "--json");

    assertThat(out.toString()).contains("\"pendingEvents\":0", "\"oldest\":null");
  }

  @Test
  void status_refusesADirectoryThatAGatewayUses() throws Exception {
    try (EventSpool running = open()) {
      int exitCode = run("status");

      assertThat(exitCode).isEqualTo(ExitCode.CONFIGURATION);
      assertThat(err.toString()).contains("in use by process " + ProcessHandle.current().pid());
      assertThat(running.stats().pendingEvents()).isZero();
    }
  }

  @Test
  void status_makesNoSpoolWhereThereIsNone() {
    int exitCode = run("status");

    assertThat(exitCode).isEqualTo(ExitCode.CONFIGURATION);
    assertThat(err.toString()).contains("There is no spool at").contains("--spool-dir");
    assertThat(spoolDirectory()).doesNotExist();
  }

  @Test
  void status_takesNoOtherDirectoryForASpool() throws Exception {
    Files.createDirectories(spoolDirectory());
    Files.writeString(spoolDirectory().resolve("events.ndjson"), "{}");

    int exitCode = run("status");

    assertThat(exitCode).isEqualTo(ExitCode.CONFIGURATION);
    assertThat(err.toString()).contains("There is no spool at");
    try (var files = Files.list(spoolDirectory())) {
      assertThat(files).containsExactly(spoolDirectory().resolve("events.ndjson"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"status", "drain", "export"})
  void printConfig_printsTheSettingsAndDoesNothingElse(String command) throws Exception {
    spoolAndClose();

    int exitCode = run(command, "--print-config");

    assertThat(exitCode).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .contains("SPOOL_DIR=" + spoolDirectory() + "  # flag")
        .doesNotContain("pending", "Delivered");
    assertThat(stdout.toString()).isEmpty();
    assertThat(leftInSpool()).isEqualTo(10);
  }

  @Test
  void aNameLikeASetting_isToldWithTheNearest() throws Exception {
    CommandLine root = commandLine();
    root.parseArgs("spool", "status");
    CommandLine command = root.getSubcommands().get("spool").getSubcommands().get("status");

    SpoolRun.run(
        StoppedSpool.SETTINGS,
        command.getCommandSpec(),
        Map.of("SPOOL_DIRR", "/var/spool"),
        values -> ExitCode.OK);

    assertThat(err.toString()).contains("SPOOL_DIRR", "did you mean SPOOL_DIR?");
  }

  @Test
  void drain_deliversEverythingAndEnds() throws Exception {
    spoolAndClose();
    tiers.refuse(event -> event.id().equals(EVENTS.getFirst().id()));

    int exitCode = run("drain");

    assertThat(exitCode).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .isEqualTo("Delivered 9 events and dead-lettered 1; 0 are left%n".formatted());
    assertThat(tiers.durable()).hasSize(9);
    assertThat(deadLetters.durable()).containsOnlyKeys(EVENTS.getFirst().id());
    assertThat(tiers.isClosed()).isTrue();
    assertThat(leftInSpool()).isZero();
  }

  @Test
  void drain_givesUpWhenNoTierTakesAnything() throws Exception {
    spoolAndClose();
    tiers.goDown();

    int exitCode = run("drain", "--patience", "1");

    assertThat(exitCode).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(out.toString()).contains("10 are left");
    assertThat(err.toString()).contains("10 pending and 0 rejected events are left");
    assertThat(leftInSpool()).isEqualTo(10);
  }

  @Test
  void drain_tellsHowManyRejectedEventsAreLeftWithoutADeadLetterTopic() throws Exception {
    spoolAndClose();
    tiers.refuse(event -> event.id().equals(EVENTS.getFirst().id()));
    deadLetters.goDown();

    int exitCode = run("drain", "--patience", "1");

    assertThat(exitCode).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(out.toString()).contains("Delivered 9 events and dead-lettered 0; 1 are left");
    assertThat(err.toString()).contains("0 pending and 1 rejected events are left");
  }

  @Test
  void drain_failsWhenAFileIsLeftThatItCouldNotRead() throws Exception {
    spoolAndClose();
    Path other = spoolDirectory().resolve("pending").resolve("000000000000000002.segment");
    Files.writeString(other, "WESPOOL3 of a later version");

    int exitCode = run("drain");

    assertThat(exitCode).isEqualTo(ExitCode.FAILURE);
    assertThat(out.toString()).contains("Delivered 10 events");
    assertThat(err.toString())
        .contains("1 damaged places since the start, 0 files in quarantine")
        .contains("before you delete " + spoolDirectory());
    assertThat(other).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-3", "soon"})
  void drain_takesOnlyAPositivePatience(String patience) throws Exception {
    spoolAndClose();

    int exitCode = run("drain", "--patience", patience);

    assertThat(exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("--patience");
    assertThat(leftInSpool()).isEqualTo(10);
  }

  @Test
  void export_writesOneEventALineAndRemovesNone() throws Exception {
    spoolAndClose();

    int exitCode = run("export");

    assertThat(exitCode).isEqualTo(ExitCode.OK);
    List<String> expected = new ArrayList<>();
    EVENTS.forEach(event -> expected.add(json(event)));
    assertThat(stdout.toString()).isEqualTo(String.join("\n", expected) + "\n");
    assertThat(err.toString()).contains("Exported 10 events");
    assertThat(leftInSpool()).isEqualTo(10);
  }

  @Test
  void export_keepsAnEventOfManyLinesOnOne() throws Exception {
    StubEvent event = StubEvent.of("check\",\r\n\"spaced\":\"out", "text");
    try (EventSpool spool = open()) {
      append(spool, List.of(event));
    }

    run("export");

    assertThat(stdout.toString().lines())
        .containsExactly(json(event).replace('\n', ' ').replace('\r', ' '));
  }

  @Test
  void export_overwritesNoFile() throws Exception {
    spoolAndClose();
    Path file = directory.resolve("events.ndjson");
    assertThat(run("export", "--output", file.toString())).isEqualTo(ExitCode.OK);
    assertThat(Files.readAllLines(file)).hasSize(10);

    int exitCode = run("export", "--output", file.toString());

    assertThat(exitCode).isEqualTo(ExitCode.FAILURE);
    assertThat(err.toString())
        .contains(file + " exists already; name a new file")
        .doesNotContain("Exception");
  }

  @Test
  void export_makesAFileThatItsOwnerAloneMayRead() throws Exception {
    spoolAndClose();
    Path file = directory.resolve("events.ndjson");

    run("export", "--output", file.toString());

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    try (var files = Files.list(directory)) {
      assertThat(files).noneMatch(each -> each.toString().endsWith(".partial"));
    }
  }

  @Test
  void export_writesThroughNoLink() throws Exception {
    spoolAndClose();
    Path elsewhere = directory.resolve("elsewhere");
    Path link = Files.createSymbolicLink(directory.resolve("link"), elsewhere);

    int exitCode = run("export", "--output", link.toString());

    assertThat(exitCode).isEqualTo(ExitCode.FAILURE);
    assertThat(elsewhere).doesNotExist();
  }

  @Test
  void export_endsQuietlyWhenItsReaderDoes() throws Exception {
    spoolAndClose();
    stdout =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };

    int exitCode = run("export");

    assertThat(exitCode).isEqualTo(ExitCode.OK);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void withoutASubcommand_isAMistakeOfUsage() {
    assertThat(ProcessMain.execute(commandLine(), SpoolCommand.class, "spool"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("Missing command: status, drain or export");
  }

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("spool"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--spool-dir", spoolDirectory().toString()));
    return ProcessMain.execute(commandLine(), SpoolCommand.class, all.toArray(String[]::new));
  }

  private CommandLine commandLine() {
    return new CommandLine(new Root())
        .addSubcommand(
            SpoolCommand.commandLine(settings -> new Targets(), stdout, InstantSource.system()))
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err));
  }

  /** Ten events. */
  private void spoolAndClose() throws Exception {
    try (EventSpool spool = open()) {
      append(spool, EVENTS);
    }
  }

  private static void append(EventSpool spool, List<StubEvent> events) {
    assertThat(spool.append(List.<EncodedEvent>copyOf(events)).join())
        .isEqualTo(new SpoolOutcome.Spooled());
  }

  private long leftInSpool() {
    try (EventSpool spool = open()) {
      SpoolStats stats = spool.stats();
      return stats.pendingEvents() + stats.refusedEvents();
    }
  }

  private EventSpool open() {
    return EventSpool.open(
        SpoolSettings.in(spoolDirectory()),
        new RecordDecoder(EncoderSettings.DEFAULT, InstantSource.system()),
        InstantSource.system());
  }

  private Path spoolDirectory() {
    return directory.resolve("spool");
  }

  private static String json(StubEvent event) {
    return new String(event.json(Tier.SPOOL), UTF_8);
  }

  private final class Targets implements ReplayTarget {
    @Override
    public LoggerPort tiers() {
      return tiers;
    }

    @Override
    public DeadLetterPort deadLetters() {
      return (events, deadline) -> deadLetters.log(List.copyOf(events), deadline);
    }

    @Override
    public void close() {
      tiers.close();
    }
  }
}
