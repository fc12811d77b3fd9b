package io.wideevents.worker.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.process.ExitCode;
import io.wideevents.process.ProcessMain;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

@Timeout(60)
class QueryCommandsTest {
  private static final String ID = "0193719d-6c00-8a77-b9ff-000000000001";
  private static final String EVENT =
      "{\"eventId\":\"%s\",\"timestamp\":\"2026-11-30T12:00:00.000Z\",\"service\":\"checkout\",\"user\":{\"id\":42},\"performance\":{\"durationMs\":412.50},\"_ingest\":{\"outcome\":\"FAILED\"}}"
          .formatted(ID);
  private static final String LAST_PAGE = "{\"_page\":{\"events\":1}}";

  private final ScriptedApi api;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  QueryCommandsTest() throws IOException {
    api = new ScriptedApi();
  }

  @AfterEach
  void close() {
    api.close();
  }

  @Command(name = "log-worker")
  private static final class Root {}

  private int run(String... arguments) {
    return run(out, arguments);
  }

  private int run(Writer to, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(1, List.of("--url", api.url()));
    return runWithUrl(to, all);
  }

  private int runWithUrl(Writer to, List<String> arguments) {
    CommandLine command = new CommandLine(new Root());
    QueryCommands.addTo(command);
    command.setOut(new PrintWriter(to)).setErr(new PrintWriter(err));
    return ProcessMain.execute(command, QueryCommandsTest.class, arguments.toArray(String[]::new));
  }

  @Test
  void search_sendsFilterRangeAndKey() {
    api.answers(200, LAST_PAGE + "\n");

    int exitCode =
        run("search", "route:\"/a b\"", "--from", "-15m", "--query-api-key", "wek_secret");

    assertThat(exitCode).as(err.toString()).isEqualTo(ExitCode.OK);
    ScriptedApi.Received request = api.received().getFirst();
    assertThat(request.target())
        .startsWith("/v1/events?")
        .contains(
            "filter=route%3A%22%2Fa%20b%22", "from=-15m", "to=now", "order=desc", "limit=100");
    assertThat(request.key()).contains("Bearer wek_secret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-outcome:SUCCESS",
        "-error.code:TIMEOUT -host:web-1",
        "service:a -timeout",
        "-- -outcome:SUCCESS"
      })
  void aFilter_mayHaveNegatedTermsInSeveralArguments(String line) {
    api.answers(200, LAST_PAGE + "\n");

    int exitCode = run(("search " + line).split(" "));

    assertThat(exitCode).as(err.toString()).isEqualTo(ExitCode.OK);
    String filter = line.replace("-- ", "").replace(" ", "%20").replace(":", "%3A");
    assertThat(api.received().getFirst().target()).contains("filter=" + filter + "&");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--form -1h", "--form=-1h", "-ojson", "--json service:a"})
  void anUnknownOption_isNotPartOfTheFilter(String line) {
    int exitCode = run(("search " + line).split(" "));

    assertThat(exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("Unknown option: '" + line.split(" ")[0] + "'");
    assertThat(api.received()).isEmpty();
  }

  @Test
  void aTable_showsAnObjectAsJson() {
    api.answers(200, EVENT + "\n" + LAST_PAGE + "\n");

    run("search", "--fields", "user,performance");

    assertThat(out.toString().lines()).contains("{\"id\":42}  {\"durationMs\":412.50}");
  }

  @Test
  void aTable_alignsWideCharacters() {
    api.answers(200, "{\"a\":\"무선\",\"b\":1}\n{\"a\":\"Zoe\u0308\",\"b\":2}\n" + LAST_PAGE + "\n");

    run("search", "--fields", "a,b");

    assertThat(out.toString().lines()).containsExactly("A     B", "무선  1", "Zoe\u0308   2");
  }

  @Test
  void search_printsAlignedColumns() {
    api.answers(200, EVENT + "\n" + LAST_PAGE + "\n");

    run("search", "--fields", "service,duration,outcome,none", "--width", "0");

    assertThat(out.toString().lines())
        .containsExactly("SERVICE   DURATION  OUTCOME  NONE", "checkout    412.50  FAILED");
  }

  @Test
  void search_withoutAMatch_saysWhichRangeWasSearched() {
    api.answers(200, LAST_PAGE + "\n");

    assertThat(run("search", "--from", "-15m")).isEqualTo(ExitCode.OK);

    assertThat(err.toString()).contains("no event from -15m to now matches");
  }

  @Test
  void search_withAMatch_isSilent() {
    api.answers(200, EVENT + "\n" + LAST_PAGE + "\n");

    run("search");

    assertThat(err.toString()).isEmpty();
  }

  @Test
  void search_cutsATableAtTheWidth() {
    api.answers(200, EVENT + "\n" + LAST_PAGE + "\n");

    run("search", "--fields", "service,eventId", "--width", "17");

    assertThat(out.toString().lines()).containsExactly("SERVICE   EVENTID", "checkout  019371…");
  }

  @Test
  void search_replacesControlCharactersInATable() {
    api.answers(200, "{\"service\":\"a\\u001b[31m\\nb\"}\n" + LAST_PAGE + "\n");

    run("search", "--fields", "service");

    assertThat(out.toString().lines()).containsExactly("SERVICE", "a\uFFFD[31m\uFFFDb");
  }

  @Test
  void search_printsJsonUnchanged() {
    api.answers(200, EVENT + "\n" + LAST_PAGE + "\n");

    run("search", "-o", "json");

    assertThat(out.toString()).isEqualTo(EVENT + System.lineSeparator());
  }

  @ParameterizedTest
  @CsvSource({"json, \\u001b[31m\\u009bred\\u202e", "csv, \uFFFD[31m\uFFFDred\uFFFD"})
  void jsonAndCsv_haveNoControlCharacters(String format, String expected) {
    api.answers(200, "{\"a\":\"\\u001b[31m\u009bred\u202e\"}\n".concat(LAST_PAGE).concat("\n"));

    run("search", "-o", format, "--fields", "a");

    assertThat(out.toString()).contains(expected);
  }

  @Test
  void search_quotesCsv() {
    api.answers(200, "{\"a\":\"x,\\\"y\\\"\\nz\",\"b\":[1, 2.50],\"c\":null}\n" + LAST_PAGE + "\n");

    run("search", "-o", "csv", "--fields", "a,b,c");

    assertThat(out.toString()).isEqualTo("a,b,c\r\n\"x,\"\"y\"\"\nz\",\"[1,2.50]\",\r\n");
  }

  @Test
  void search_followsCursorsUntilTheLimit() {
    String two = EVENT + "\n" + EVENT + "\n";
    api.answers(200, two + "{\"_page\":{\"events\":2,\"next\":\"c/1\"}}\n");
    api.answers(200, EVENT + "\n{\"_page\":{\"events\":1,\"next\":\"c2\"}}\n");

    int exitCode = run("search", "service:a", "--limit", "3", "-o", "json");

    assertThat(exitCode).isEqualTo(ExitCode.OK);
    assertThat(out.toString().lines()).hasSize(3);
    assertThat(err.toString()).contains("there are more events");
    assertThat(api.received().get(1).target())
        .contains("cursor=c%2F1", "filter=service%3Aa", "limit=1")
        .doesNotContain("from=");
  }

  @Test
  void search_withLimit0_readsAllPages() {
    api.answers(200, EVENT + "\n{\"_page\":{\"events\":1,\"next\":\"c1\"}}\n");
    api.answers(200, EVENT + "\n" + LAST_PAGE + "\n");

    int exitCode = run("search", "--limit", "0", "-o", "json");

    assertThat(exitCode).isEqualTo(ExitCode.OK);
    assertThat(out.toString().lines()).hasSize(2);
    assertThat(err.toString()).isEmpty();
    assertThat(api.received().getFirst().target()).contains("limit=100000");
  }

  @Test
  void search_failsOnAStreamWithoutItsLastLine() {
    api.answers(200, EVENT + "\n");

    int exitCode = run("search", "-o", "json");

    assertThat(exitCode).isEqualTo(ExitCode.FAILURE);
    assertThat(out.toString().lines()).hasSize(1);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("incomplete", "after 1 events", "repeat the command");
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "table"})
  void search_printsWhatWasReadBeforeAProblemOfTheStream(String format) {
    api.answers(
        200,
        EVENT
            + "\n{\"_problem\":{\"status\":504,\"code\":\"query_timeout\",\"detail\":\"too slow\",\"fix\":\"a shorter range\"}}\n");

    int exitCode = run("search", "-o", format, "--fields", "service");

    assertThat(exitCode).isEqualTo(ExitCode.FAILURE);
    assertThat(out.toString()).contains("checkout").doesNotContain("_problem");
    assertThat(err.toString()).contains("504 query_timeout: too slow. a shorter range");
  }

  @Test
  void search_failsOnAConnectionThatBreaks() {
    api.breaksOffAfter(EVENT + "\n");

    int exitCode = run("search", "-o", "json");

    assertThat(exitCode).isEqualTo(ExitCode.FAILURE);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("incomplete");
  }

  @Test
  void search_endsQuietlyWhenTheReaderHasGone() {
    api.answers(200, (EVENT + "\n").repeat(50) + LAST_PAGE + "\n");
    Head head = new Head(2);

    int exitCode = run(head, "search", "-o", "json");

    assertThat(exitCode).isEqualTo(ExitCode.OK);
    assertThat(head.lines()).isEqualTo(2);
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "400, filter_invalid, 2",
    "401, key_missing, 4",
    "403, key_scope, 4",
    "503, store_unavailable, 4",
    "504, query_timeout, 1",
    "422, too_many_groups, 1",
    "501, tail_unavailable, 1"
  })
  void aRejection_isOneLineWithDetailAndFix(int status, String code, int exitCode) {
    api.answers(
        status,
        "{\"status\":%d,\"detail\":\"Why\\u001b it\\nfailed\",\"code\":\"%s\",\"fix\":\"Do this\",\"position\":7}"
            .formatted(status, code));

    int actual = run("search", "x", "--query-api-key", "wek_secret");

    assertThat(actual).isEqualTo(exitCode);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString())
        .contains(api.url(), status + " " + code, "Why", "character 8", "failed", ". Do this")
        .doesNotContain("wek_secret", "\u001b");
  }

  @Test
  void aRejectionOfAProxy_namesItsStatus() {
    api.answers(502, "<html>Bad gateway</html>");

    int exitCode = run("search");

    assertThat(exitCode).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err.toString()).contains("answered 502").doesNotContain("html");
  }

  @ParameterizedTest
  @ValueSource(ints = {404, 405})
  void aGatewayWithoutQueryApi_isNamed(int status) {
    api.answers(status, "{\"code\":\"not_found\"}");

    int exitCode = run("search");

    assertThat(exitCode).isEqualTo(ExitCode.FAILURE);
    assertThat(err.toString()).contains("no query API at " + api.url(), "QUERY_ENABLED=true");
  }

  @Test
  void noServer_isUnreachable() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }

    int exitCode = runWithUrl(out, List.of("search", "--url", "http://127.0.0.1:" + free));

    assertThat(exitCode).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains("127.0.0.1:" + free, "connection refused", "QUERY_URL");
  }

  @Test
  void aBusyApi_isAskedAgain() {
    api.answers(429, "{\"code\":\"query_busy\"}", "Retry-After", "0");
    api.answers(200, LAST_PAGE + "\n");

    int exitCode = run("search");

    assertThat(exitCode).as(err.toString()).isEqualTo(ExitCode.OK);
    assertThat(api.received()).hasSize(2);
  }

  @Test
  void anApiThatStaysBusy_isUnreachable() {
    for (int i = 0; i < 6; i++) {
      api.answers(429, "{\"code\":\"query_busy\"}", "Retry-After", "0");
    }

    int exitCode = run("search");

    assertThat(exitCode).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(api.received()).hasSize(5);
  }

  @Test
  void aRedirect_isNotFollowed() {
    api.answers(302, "", "Location", api.url() + "/elsewhere");

    int exitCode = run("search", "--query-api-key", "wek_secret");

    assertThat(exitCode).isEqualTo(ExitCode.FAILURE);
    assertThat(api.received()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "ftp://host, is not an address that begins with http",
    "http://user:geheim@host, contains a user",
    "http://host?a=b, contains a ?"
  })
  void aWrongUrl_isAMistakeOfUsage(String url, String problem) {
    int exitCode = runWithUrl(out, List.of("search", "--url", url));

    assertThat(exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains(problem).doesNotContain("geheim");
  }

  @Test
  void printConfig_hidesTheKey() {
    int exitCode = run("search", "--query-api-key", "wek_secret", "--print-config");

    assertThat(exitCode).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .contains("QUERY_URL=" + api.url(), "QUERY_API_KEY=***")
        .doesNotContain("wek_secret");
  }

  @Test
  void get_showsTheFieldsOfAnEvent() {
    api.answers(200, EVENT);

    int exitCode = run("get", ID);

    assertThat(exitCode).isEqualTo(ExitCode.OK);
    assertThat(api.received().getFirst().target()).isEqualTo("/v1/events/" + ID);
    assertThat(out.toString().lines())
        .contains("service                 checkout", "performance.durationMs  412.50");
  }

  @Test
  void get_ofAnUnknownEvent_fails() {
    api.answers(404, "{\"code\":\"event_not_found\",\"detail\":\"no event\",\"fix\":\"trace it\"}");

    int exitCode = run("get", ID);

    assertThat(exitCode).isEqualTo(ExitCode.FAILURE);
    assertThat(api.received().getFirst().target()).isEqualTo("/v1/events/" + ID);
    assertThat(err.toString()).contains("event_not_found", "trace it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "", "../x y", "0193719d-6c0…", "req-7f3a"})
  void anEventId_hasTheFormOfAUuid(String text) {
    for (String command : List.of("get", "trace")) {
      assertThat(run(command, text)).isEqualTo(ExitCode.USAGE);
    }

    assertThat(err.toString())
        .contains(
            "'" + text + "' is not an event id such as", "log-worker search --fields eventId");
    assertThat(api.received()).isEmpty();
  }

  @Test
  void get_rejectsAnEmptyRequestId() {
    assertThat(run("get", "--request", "")).isEqualTo(ExitCode.USAGE);

    assertThat(err.toString()).contains("The request id is empty");
    assertThat(api.received()).isEmpty();
  }

  @Test
  void get_ofARequest_printsItsEvents() {
    api.answers(
        200,
        "{\"requestId\":\"r 1\",\"events\":[%s,%s],\"truncated\":true}".formatted(EVENT, EVENT));

    run("get", "--request", "r 1", "-o", "json");

    assertThat(api.received().getFirst().target()).isEqualTo("/v1/requests/r%201");
    assertThat(out.toString().lines()).containsExactly(EVENT, EVENT);
    assertThat(err.toString()).contains("the request has more events");
  }

  @Test
  void get_ofAnUnknownRequest_saysSo() {
    api.answers(200, "{\"requestId\":\"r\",\"events\":[],\"truncated\":false}");

    assertThat(run("get", "--request", "r")).isEqualTo(ExitCode.OK);

    assertThat(err.toString()).contains("no event of this request is stored");
  }

  @Test
  void get_needsOneOfTheTwo() {
    assertThat(run("get")).isEqualTo(ExitCode.USAGE);
    assertThat(run("get", ID, "--request", "r")).isEqualTo(ExitCode.USAGE);
    assertThat(api.received()).isEmpty();
  }

  @Test
  void stats_printsOneRowForEachGroup() {
    api.answers(
        200,
        "{\"total\":{\"count\":12},\"groups\":[{\"key\":{\"route\":\"/a\"},\"values\":{\"count\":9,\"p95(performance.durationMs)\":412.03716}},{\"key\":{\"route\":null},\"values\":{\"count\":3,\"p95(performance.durationMs)\":null}}],\"moreGroups\":true}");

    run("stats", "service:a", "--by", "route", "--calc", "count,p95(performance.durationMs)");

    assertThat(api.received().getFirst().body())
        .isEqualTo(
            "{\"filter\":\"service:a\",\"from\":\"-1h\",\"to\":\"now\",\"calculate\":[\"count\",\"p95(performance.durationMs)\"],\"groupBy\":[\"route\"],\"series\":\"none\",\"limit\":20}");
    assertThat(out.toString().lines())
        .containsExactly(
            "ROUTE  COUNT  P95(PERFORMANCE.DURATIONMS)",
            "/a         9                      412.037",
            "           3");
    assertThat(err.toString()).contains("there are more groups");
  }

  @Test
  void stats_printsAnObjectInOneColumn() {
    api.answers(
        200,
        "{\"total\":{},\"groups\":[{\"key\":{\"user\":{\"id\":7,\"role\":\"admin\"}},\"values\":{\"count\":3}},{\"key\":{\"user\":{}},\"values\":{\"count\":1}}]}");

    int exitCode = run("stats", "--by", "user", "--calc", "count");

    assertThat(exitCode).as(err.toString()).isEqualTo(ExitCode.OK);
    assertThat(out.toString().lines())
        .containsExactly(
            "USER                     COUNT",
            "{\"id\":7,\"role\":\"admin\"}      3",
            "{}                           1");
  }

  @Test
  void stats_withoutGroups_printsTheTotal() {
    api.answers(200, "{\"total\":{\"count\":12,\"error_rate\":0.25}}");

    run("stats", "--calc", "count,error_rate", "-o", "csv");

    assertThat(out.toString()).isEqualTo("count,error_rate\r\n12,0.25\r\n");
  }

  @Test
  void stats_printsOneRowForEachInterval() {
    api.answers(
        200,
        "{\"total\":{},\"interval\":\"PT1M\",\"series\":[{\"at\":\"2026-11-30T12:00:00Z\",\"values\":{\"count\":3},\"outcomes\":{\"SUCCESS\":3}}]}");

    run("stats", "--every", "1m", "--calc", "count", "-o", "csv");

    assertThat(api.received().getFirst().body()).contains("\"series\":\"1m\"");
    assertThat(out.toString()).isEqualTo("at,count\r\n2026-11-30T12:00:00Z,3\r\n");
  }

  @Test
  void tail_printsEventsAndReportsSkippedOnes() {
    api.answers(
        200,
        ": keep-alive\n\nevent: wide-event\nid: t1\ndata: %s\n\nevent: skipped\ndata: {\"events\":7}\n\nevent: wide-event\nid: t2\ndata: %s\n\n"
            .formatted(EVENT, EVENT));
    Head head = new Head(1);

    int exitCode = run(head, "tail", "service:checkout", "-o", "json");

    assertThat(exitCode).isEqualTo(ExitCode.OK);
    assertThat(api.received().getFirst().target()).isEqualTo("/v1/tail?filter=service%3Acheckout");
    assertThat(head.lines()).isEqualTo(1);
    assertThat(err.toString()).contains("7 events skipped");
  }

  @Test
  void tail_widensAColumnForALaterEvent() {
    api.answers(
        200,
        "retry: 1\nevent: wide-event\ndata: {\"a\":\"x\",\"b\":\"y\"}\n\nevent: wide-event\ndata: {\"a\":\"checkout\",\"b\":\"y\"}\n\n");
    api.answers(400, "{}");

    run("tail", "--fields", "a,b");

    assertThat(out.toString().lines()).containsExactly("A  B", "x  y", "checkout  y");
  }

  @Test
  void tail_continuesBehindTheLastEvent() {
    api.breaksOffAfter(
        "retry: 1\nevent: wide-event\nid: t1\ndata: {\"n\":1}\n\nevent: wide-event\nid: t2\ndata: {\"cut");
    api.answers(503, "{\"code\":\"store_unavailable\"}");
    api.answers(200, "retry: 1\nevent: wide-event\nid: t2\ndata: {\"n\":2}\n\n");
    Head head = new Head(1);

    int exitCode = run(head, "tail", "-o", "json");

    assertThat(exitCode).isEqualTo(ExitCode.OK);
    assertThat(api.received())
        .extracting(ScriptedApi.Received::lastId)
        .containsExactly(Optional.empty(), Optional.of("t1"), Optional.of("t1"));
    assertThat(err.toString()).contains("interrupted", "store_unavailable");
  }

  @Test
  void tail_beginsAgainWhenTheInterruptionWasTooLong() {
    api.answers(200, "retry: 1\nevent: wide-event\nid: t1\ndata: {\"n\":1}\n\n");
    api.answers(410, "{\"code\":\"tail_expired\"}");
    api.answers(200, "event: wide-event\nid: t9\ndata: {\"n\":9}\n\n");
    Head head = new Head(1);

    int exitCode = run(head, "tail", "-o", "json");

    assertThat(exitCode).isEqualTo(ExitCode.OK);
    assertThat(api.received())
        .extracting(ScriptedApi.Received::lastId)
        .containsExactly(Optional.empty(), Optional.of("t1"), Optional.empty());
    assertThat(err.toString()).contains("events are missing here");
  }

  @Test
  void tail_beginsAgainWhenTheStreamSaysThatItsPositionIsGone() {
    api.answers(
        200,
        "retry: 1\nevent: wide-event\nid: t1\ndata: {\"n\":1}\n\nevent: problem\ndata: {\"status\":410,\"code\":\"tail_expired\"}\n\n");
    api.answers(200, "event: wide-event\nid: t9\ndata: {\"n\":9}\n\n");
    Head head = new Head(1);

    int exitCode = run(head, "tail", "-o", "json");

    assertThat(exitCode).isEqualTo(ExitCode.OK);
    assertThat(api.received())
        .extracting(ScriptedApi.Received::lastId)
        .containsExactly(Optional.empty(), Optional.empty());
    assertThat(err.toString()).contains("events are missing here");
  }

  @Test
  void tail_endsWhenTheStreamSaysThatTheKeyWasDeleted() {
    api.answers(
        200,
        "retry: 1\nevent: problem\ndata: {\"status\":401,\"code\":\"key_unknown\",\"detail\":\"no such key\"}\n\n");

    assertThat(run("tail")).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err.toString()).contains("no such key");
  }

  @Test
  void tail_printsNoControlCharactersOfTheServer() {
    api.answers(200, "retry: 1\nevent: skipped\ndata: {\"events\":\"\\u001b[31mred\u202e\"}\n\n");
    api.answers(400, "{}");

    run("tail");

    assertThat(err.toString()).contains("\uFFFD[31mred\uFFFD events skipped");
  }

  @ParameterizedTest
  @ValueSource(strings = {"table", "json", "csv"})
  void aReplyThatIsNotJson_isOneLine(String format) {
    api.answers(200, "<html>");

    assertThat(run("stats", "-o", format)).isEqualTo(ExitCode.FAILURE);
    assertThat(err.toString()).contains("did not answer with JSON").doesNotContain("\tat ");
  }

  @Test
  void tail_endsWhenItCannotBegin() {
    api.answers(501, "{\"code\":\"tail_unavailable\",\"detail\":\"no replica set\"}");

    assertThat(run("tail")).isEqualTo(ExitCode.FAILURE);
    assertThat(err.toString()).contains("no replica set");
  }

  @ParameterizedTest
  @CsvSource({"stored, 0", "pending, 0", "spooled, 0", "dead_lettered, 5", "unknown, 5"})
  void trace_exitsWithTheState(String state, int exitCode) {
    api.answers(
        200,
        "{\"eventId\":\"%s\",\"state\":\"%s\",\"detail\":\"%s\",\"kafka\":{\"partition\":3,\"lag\":120},\"checked\":[\"mongodb\"]}"
            .formatted(ID, state, "long ".repeat(50) + "end"));

    int actual = run("trace", ID, "--request", "r 1");

    assertThat(actual).isEqualTo(exitCode);
    assertThat(api.received().getFirst().target())
        .isEqualTo("/v1/events/" + ID + "/trace?requestId=r%201");
    assertThat(out.toString().lines()).contains("state            " + state, "kafka.partition  3");
  }

  /** A reader that ends after some lines, as {@code head} does. */
  private static final class Head extends Writer {
    private final int most;
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    Head(int most) {
      this.most = most;
    }

    int lines() {
      return lines.size();
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
      if (lines.size() == most) {
        throw new IOException("Broken pipe");
      }
      lines.add(new String(text, offset, length));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
