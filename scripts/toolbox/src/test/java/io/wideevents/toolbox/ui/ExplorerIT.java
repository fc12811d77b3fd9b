package io.wideevents.toolbox.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wideevents.stack.TestStack;
import io.wideevents.toolbox.load.Tally;
import io.wideevents.toolbox.pipeline.GatewayProcess;
import io.wideevents.toolbox.pipeline.StoredEvents;
import io.wideevents.toolbox.pipeline.TestPipeline;
import io.wideevents.toolbox.pipeline.WorkerProcess;
import io.wideevents.toolbox.sample.SampleSender;
import io.wideevents.toolbox.sample.SampleTraffic;
import io.wideevents.toolbox.sample.SendSettings;
import io.wideevents.toolbox.terminal.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/**
 * Tests the page in a Chromium, with both processes and the events of {@code scripts/sample}. After
 * each test, the console has no error and the Content-Security-Policy was not violated.
 */
@Timeout(120)
class ExplorerIT {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final int EVENTS = 6_000;
  // A minute of the shop's time. The planted incident lasts from its second 20 to its second 35.
  private static final Instant START =
      Instant.now().minusSeconds(90).truncatedTo(ChronoUnit.SECONDS);
  private static final String FROM = START.toString();
  private static final String TO = START.plusSeconds(60).toString();
  private static final String DURATION = "performance.durationMs";

  @TempDir private static Path directory;

  private static GatewayProcess gateway;
  private static WorkerProcess worker;
  private static Browser browser;

  private ExplorerPage page;

  @BeforeAll
  static void storeTheSampleAndStartTheBrowser() throws InterruptedException {
    Browser.requireInstalled();
    assumeTrue(TestStack.mongoIsServer(), "The substitute for MongoDB has no change streams");
    TestPipeline pipeline =
        TestPipeline.shared(ExplorerIT.class, directory)
            .with("QUERY_ENABLED", "true")
            .with("QUERY_TRACE_LINK", "http://127.0.0.1:1/trace/{traceId}");
    gateway = pipeline.startGateway();
    worker = pipeline.startWorker();
    browser = Browser.start(directory.resolve("profile"));
    gateway.awaitListening();
    worker.awaitConsuming();
    Tally tally =
        SampleSender.send(
            gateway.url(),
            new SampleTraffic(42, START),
            EVENTS,
            SendSettings.DEFAULT,
            new Progress(new PrintWriter(Writer.nullWriter()), false, "", EVENTS));
    assertThat(tally.accepted()).as(tally.summary()).isEqualTo(EVENTS);
    try (StoredEvents stored = pipeline.stored()) {
      await().atMost(BOUND).until(stored::count, count -> count >= EVENTS);
    }
  }

  @AfterAll
  static void stop() {
    Optional.ofNullable(browser).ifPresent(Browser::close);
    Optional.ofNullable(worker).ifPresent(WorkerProcess::close);
    Optional.ofNullable(gateway).ifPresent(GatewayProcess::close);
  }

  @BeforeEach
  void newPage() {
    browser.reset();
    page = new ExplorerPage(browser, gateway.url());
  }

  @AfterEach
  void noProblemsInTheConsole() {
    assertThat(browser.problems()).isEmpty();
  }

  @Test
  void search_showsOnlyEventsThatMatchAndKeepsTheFilterInTheAddress() {
    // Given
    page.open("from", FROM, "to", TO);
    long all = page.total();
    browser.screenshot("light");

    // When
    page.search("service:checkout outcome:FAILED");

    // Then
    assertThat(page.services()).isNotEmpty().allMatch("checkout"::equals);
    assertThat(page.total()).isPositive().isLessThan(all);
    assertThat(page.address()).contains("q=service:checkout outcome:FAILED");

    // When
    browser.back();

    // Then
    page.until(() -> page.filter().isEmpty());
    page.until(() -> page.total() == all);
  }

  @Test
  void histogram_zoomsIntoThePartThatWasDraggedOver() {
    // Given
    page.open("from", FROM, "to", TO);
    long all = page.total();
    String address = page.address();

    // When
    page.dragOverHistogram(0.5, 0.95);

    // Then
    page.until(() -> !page.address().equals(address));
    assertThat(page.address()).matches(".*from=[0-9-]+T.*to=[0-9-]+T.*");
    page.until(() -> page.total() < all);

    // When
    browser.back();

    // Then
    page.until(() -> page.address().equals(address));
    page.until(() -> page.total() == all);
  }

  @Test
  void heatmap_comparesTheSelectionAndNamesThePlantedIncidentFirst() {
    // Given
    page.open("from", FROM, "to", TO, "q", "route:\"POST /v1/checkout\"");

    // When: over the slow requests of the incident
    page.dragOverHeatmap(0.4, 0.06, 0.62, 0.3);

    // Then
    assertThat(page.rankedFields()).first().isEqualTo("build");
    assertThat(page.valuesOfTheFirstField()).first().isEqualTo("2026.11.4");
    assertThat(page.rankedFields()).noneMatch(DURATION::equals).noneMatch("error.code"::equals);
    browser.screenshot("compare");

    // When
    browser.click(".differences .field-card:first-child tbody th .value");

    // Then
    page.until(() -> page.filter().contains("build:"));
  }

  @Test
  void live_showsAnEventThatIsStoredAfterwards() throws Exception {
    // Given
    String service = "live-" + System.nanoTime();
    page.open("q", "service:" + service, "from", "-15m", "live", "1");
    page.until(() -> browser.has(".live-note"));

    // When: the stream may start after the first event
    await()
        .atMost(BOUND)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              post(service, "req-live-" + System.nanoTime(), "live");
              return page.services().contains(service);
            });

    // Then
    assertThat(browser.texts(".live-note").getFirst()).matches("Live: [1-9].*");
    browser.click(".live");
    page.until(() -> !page.address().contains("live="));
  }

  @Test
  void live_opensFewTailsWhileTheFilterChanges() {
    // Given
    page.open("q", "service:none0", "from", "-15m", "live", "1");
    page.until(() -> browser.has(".live-note"));
    browser.evaluate(
        """
        (() => {
          const real = window.fetch;
          window.tails = [];
          window.fetch = (path, init) => {
            if (path.startsWith('/v1/tail')) window.tails.push(path);
            return real(path, init);
          };
        })()""");

    // When
    browser.evaluate(
        """
        (async () => {
          for (const i of [1, 2, 3, 4]) {
            location.hash = location.hash.replace(/none./, 'none' + i);
            await new Promise((resolve) => setTimeout(resolve, 100));
          }
        })()""");

    // Then
    page.until(() -> browser.text("window.tails.at(-1)").contains("none4"));
    assertThat(Integer.parseInt(browser.text("window.tails.length"))).isLessThanOrEqualTo(2);
  }

  @Test
  void tail_dropsAPositionThatIsGoneAndWaitsLongerAfterEachProblem() {
    page.open("from", FROM, "to", TO);
    assertThat(tailRequests(410))
        .startsWith("none", "missed", "none", "missed")
        .endsWith("aborted")
        .doesNotContain("gone")
        .hasSizeLessThanOrEqualTo(3 * 2 + 1);
    assertThat(tailRequests(503))
        .startsWith("none", "gone")
        .endsWith("aborted")
        .hasSizeLessThanOrEqualTo(3 + 1);
    assertThat(tailRequests(403)).containsExactly("none", "problem-403");
  }

  /**
   * The header Last-Event-ID of each request of a tail within two seconds, and how the tail ended.
   *
   * @param status of the problem that each reply ends with, after the id {@code gone}
   */
  private List<String> tailRequests(int status) {
    String log =
        browser.text(
            """
            (async () => {
              const { tail } = await import('./api.js');
              const real = window.fetch;
              const log = [];
              window.fetch = async (path, init) => {
                if (!path.startsWith('/v1/tail')) return real(path, init);
                log.push(init.headers['Last-Event-ID'] ?? 'none');
                return new Response('id: gone\\n\\nevent: problem\\ndata: {"status":%d}\\n\\n');
              };
              const abort = new AbortController();
              setTimeout(() => abort.abort(), 2000);
              const on = { open() {}, event() {}, skipped() {}, state() {}, missed: () => log.push('missed') };
              await tail('', on, abort.signal).then(
                () => log.push('aborted'), (problem) => log.push('problem-' + problem.status));
              window.fetch = real;
              return log.join(' ');
            })()"""
                .formatted(status));
    return List.of(log.split(" "));
  }

  @Test
  void address_showsTheSameInAnotherWindow() {
    // Given
    page.open("from", FROM, "to", TO, "q", "service:auth", "tab", "groups");
    browser.click(".quick .chip");
    page.awaitLoaded();
    String address = page.wholeAddress();
    var groups = browser.texts(".grouped tbody th");
    long total = page.total();

    // When
    page.openAddress(address);

    // Then
    assertThat(groups).isNotEmpty();
    assertThat(browser.texts(".grouped tbody th")).isEqualTo(groups);
    assertThat(page.total()).isEqualTo(total);
    assertThat(page.filter()).isEqualTo("service:auth");
  }

  @Test
  void keyboard_completesOpensFiltersAndClosesWithoutAMouse() {
    // Given
    page.open("from", FROM, "to", TO);

    // When: completes field and value
    browser.press("/");
    page.until(() -> browser.text("document.activeElement.id").equals("query"));
    browser.press("servic");
    page.until(
        () -> browser.texts(".suggestions:not([hidden]) li .mono").equals(List.of("service")));
    browser.press(Keys.ARROW_DOWN, Keys.ENTER);
    page.until(() -> page.filter().equals("service:"));
    browser.press("inv");
    page.until(
        () -> browser.texts(".suggestions:not([hidden]) li .mono").equals(List.of("inventory")));
    browser.press(Keys.ARROW_DOWN, Keys.ENTER);
    page.until(() -> page.filter().strip().equals("service:inventory"));
    browser.press(Keys.ENTER);

    // Then
    page.until(() -> page.address().contains("q=service:inventory"));
    page.awaitLoaded();
    assertThat(page.services()).isNotEmpty().allMatch("inventory"::equals);

    // When: opens the third row
    browser.focus("button.open");
    browser.press(Keys.ARROW_DOWN, Keys.ARROW_DOWN);
    String event = browser.text("document.activeElement.dataset.event");
    browser.press(Keys.ENTER);

    // Then
    page.until(() -> browser.has("aside[role=dialog] .tree"));
    assertThat(page.address()).contains("event=" + event);
    browser.screenshot("drawer");

    // When: filters by a field of the tree
    browser.evaluate(
        "[...document.querySelectorAll('.field')]"
            + ".find(f => f.querySelector('.name').textContent === 'route').focus()");
    browser.press("f");

    // Then
    page.until(() -> page.filter().contains("route:\""));

    // When
    browser.press(Keys.ESCAPE);

    // Then: the focus is at the row again
    page.until(() -> !browser.has("aside"));
    assertThat(browser.text("document.activeElement.dataset.event")).isEqualTo(event);
  }

  @Test
  void keyboard_selectsOnTheHeatmap() {
    // Given
    page.open("from", FROM, "to", TO);

    // When
    browser.focus(".heat canvas");
    browser.press(Keys.ARROW_RIGHT);
    browser.pressHolding(
        Keys.SHIFT,
        Keys.ARROW_RIGHT,
        Keys.ARROW_RIGHT,
        Keys.ARROW_UP,
        Keys.ARROW_UP,
        Keys.ARROW_DOWN);
    browser.press(Keys.ENTER);

    // Then
    page.until(() -> page.address().contains("tab=compare&sel=" + DURATION + ":"));
    page.awaitLoaded();
    assertThat(browser.has(".heat .selected")).isTrue();
  }

  @Test
  void longSelectionInALink_doesNotBlockThePage() {
    page.open("sel", "a:" + ".".repeat(64_000) + "x", "from", FROM, "to", TO);
    assertThat(page.total()).isPositive();
  }

  @Test
  void valueWithAStar_isFoundByThisValueOnly() throws Exception {
    // Given
    String service = "star-" + System.nanoTime();
    postEvent(service, "GET /a*", "");
    postEvent(service, "GET /ab", "");
    page.open("q", "service:" + service, "from", "-15m", "tab", "groups");
    page.until(
        () -> {
          page.search("service:" + service);
          return browser.texts(".grouped tbody th").size() == 2;
        });

    // When
    browser.click(".grouped button[title=\"Filter by GET /a*\"]");

    // Then
    page.until(() -> browser.texts(".grouped tbody th").equals(List.of("GET /a*")));
    page.until(() -> page.total() == 1);
  }

  @Test
  void compare_offersNoFilterForAValueThatHasNone() {
    // Given
    page.open("from", FROM, "to", TO, "tab", "compare");
    changeReplies(
        "path === '/v1/compare'",
        "body.fields.forEach((f) => f.values.forEach((v) => delete v.filter));");

    // When
    browser.click(".compare .actions button");

    // Then
    page.until(() -> browser.has(".differences .field-card"));
    assertThat(page.valuesOfTheFirstField()).isNotEmpty();
    assertThat(browser.has(".differences .field-card tbody button")).isFalse();
  }

  @Test
  void smallAndLargeNumbers_areShownInEachPart() throws Exception {
    // Given: numbers and an error rate that JavaScript writes in another form than the gateway
    String service = "numbers-" + System.nanoTime();
    postEvent(
        service,
        "GET /",
        "\"_sampling\":{\"rate\":3000000},\"performance\":{\"durationMs\":1.2345e-7}");
    postEvent(
        service,
        "POST /",
        "\"error\":{\"code\":\"TIMEOUT\"},\"performance\":{\"durationMs\":1e308}");
    page.open("q", "service:" + service, "from", "-15m");

    // When: the worker may not have stored them yet
    page.until(
        () -> {
          page.search("service:" + service);
          return page.services().size() == 2;
        });

    // Then
    assertThat(browser.texts(".strip .figures dd")).startsWith("3M", "< 0.1 %");
    assertThat(browser.texts(".charts .chart h2")).hasSize(3);

    // When
    browser.click("#main-groups");

    // Then
    page.until(() -> browser.texts(".grouped tbody th").size() == 2);

    // When
    browser.click("#main-compare");
    browser.click(".compare .actions button");

    // Then
    page.until(() -> browser.has(".compare-head"));
    page.awaitLoaded();
    assertThat(browser.texts(".charts .chart h2")).hasSize(3);
  }

  @Test
  void partThatCannotBeShown_leavesTheOthers() {
    // Given
    page.open("from", FROM, "to", TO);
    changeReplies(
        "path === '/v1/query'", "body.heatmap.bounds = body.heatmap.bounds.map(() => ({}));");
    changeReplies(
        "path.startsWith('/v1/events')", "body.events[1].timestamp = { toString: 1, valueOf: 2 };");

    // When
    page.search("service:checkout");

    // Then
    assertThat(browser.texts(".failed-part"))
        .containsExactly("The heatmap cannot be shown. The console of this browser has the error.");
    assertThat(browser.texts(".rows .problem-note"))
        .containsExactly("This event cannot be shown. The console of this browser has the error.");
    assertThat(browser.texts(".charts .chart h2")).hasSize(2);
    assertThat(page.services()).isNotEmpty();
    assertThat(page.total()).isPositive();
    assertThat(browser.problems()).isNotEmpty().allMatch(line -> line.contains("TypeError"));

    // When
    browser.reload();

    // Then
    page.awaitLoaded();
    assertThat(browser.texts(".charts .chart h2")).hasSize(3);
  }

  @Test
  void theme_followsTheSystemUntilItIsChosen() {
    // Given
    browser.preferColorScheme("dark");

    // When
    page.open("from", FROM, "to", TO);

    // Then
    assertThat(page.theme()).isEqualTo("dark");
    String dark = page.background();
    browser.screenshot("dark");

    // When
    browser.click(".tools button.icon");

    // Then
    assertThat(page.theme()).isEqualTo("light");
    assertThat(page.background()).isNotEqualTo(dark);

    // When
    browser.reload();

    // Then
    assertThat(page.theme()).isEqualTo("light");
    browser.evaluate("localStorage.clear()");
  }

  @Test
  void narrowWindow_needsNoHorizontalScrolling() {
    // Given
    browser.resize(360, 800);

    // When
    page.open("from", FROM, "to", TO);

    // Then
    assertThat(page.overflow()).isZero();
    browser.screenshot("narrow");

    // When
    browser.click(".rows tbody tr:first-child button.open");

    // Then
    page.until(() -> browser.has("aside .tree"));
    assertThat(page.overflow()).isZero();
    assertThat(browser.text("document.querySelector('aside').getBoundingClientRect().left"))
        .isEqualTo("0");
    browser.screenshot("drawer-narrow");
  }

  @Test
  void requestId_findsTheEventsOfAllServices() throws Exception {
    // Given
    String requestId = "req-explorer-" + System.nanoTime();
    post("gate", requestId, "first");
    post("shop", requestId, "second");
    page.open("from", FROM, "to", TO);

    // When: the worker may not have stored them yet
    page.until(
        () -> {
          page.search(requestId);
          return page.services().size() == 2;
        });

    // Then
    assertThat(page.filter()).isEqualTo("requestId:" + requestId);
    page.until(() -> browser.has("aside .tree"));
    browser.click("#tab-request");
    page.until(() -> browser.texts(".request .where strong").size() == 2);
    assertThat(browser.texts(".request .where strong")).containsExactlyInAnyOrder("gate", "shop");
  }

  @Test
  void hostileEvent_isShownAsText() throws Exception {
    // Given
    String requestId = "req-hostile-" + System.nanoTime();
    String markup = "<img src=x onerror=alert(1)><script>alert(2)</script>";
    post("hostile", requestId, markup);
    page.open("from", FROM, "to", TO);

    // When
    page.until(
        () -> {
          page.search(requestId);
          return page.services().size() == 1;
        });
    page.until(() -> browser.has("aside .tree"));

    // Then
    assertThat(browser.texts("aside .field-value")).anyMatch(text -> text.contains(markup));
    assertThat(browser.has("main img, main script, aside img, aside script")).isFalse();
  }

  @Test
  void commandsAndTerms_areQuoted() {
    page.open("from", FROM, "to", TO);
    assertThat(browser.text("(await import('./format.js')).shellWord(\"a'b $(c) `d`\")"))
        .isEqualTo("'a'\\''b $(c) `d`'");
    assertThat(browser.text("(await import('./filter.js')).termFor('a', 'say \"x\" \\\\ y')"))
        .isEqualTo("a:\"say \\\"x\\\" \\\\ y\"");
    assertThat(browser.text("(await import('./filter.js')).termFor('a', '42')"))
        .isEqualTo("a:\"42\"");
    assertThat(browser.text("(await import('./filter.js')).termFor('a', 42)")).isEqualTo("a:42");
    assertThat(browser.text("(await import('./filter.js')).termFor('a', 'b*c\\\\d')"))
        .isEqualTo("a:\"b\\*c\\\\d\"");
    assertThat(browser.text("(await import('./filter.js')).termFor('a', 'x'.repeat(299) + '😀')"))
        .isEqualTo("a:\"" + "x".repeat(299) + "*\"");
    assertThat(
            browser.text("(await import('./api.js')).parse('{\"n\":9007199254740993}').n.rawJSON"))
        .isEqualTo("9007199254740993");
    assertThat(
            browser.text(
                "typeof (await import('./api.js')).parse('{\"n\":0.00000012174801900423824}').n"))
        .isEqualTo("number");
    assertThat(
            browser.text(
                "typeof (await import('./api.js')).parseFigures('{\"n\":9007199254740993}').n"))
        .isEqualTo("number");
  }

  @Test
  void noMatch_offersToWiden() {
    page.open("q", "service:checkout", "from", FROM, "to", TO);
    page.focusFilter();
    browser.pressHolding(Keys.CONTROL, "a");
    browser.press("service:nothing", Keys.ENTER);
    page.until(() -> browser.has(".empty"));
    assertThat(browser.texts(".empty .actions button")).contains("without service:nothing");
    browser.screenshot("no-match");
  }

  @Test
  void wrongFilter_marksThePosition() {
    // Given
    page.open("from", FROM, "to", TO);

    // When
    page.focusFilter();
    browser.press("service:checkout $where:1", Keys.ENTER);

    // Then
    page.until(() -> browser.has(".querybar .marked mark"));
    assertThat(browser.texts(".querybar .marked mark")).containsExactly("$");
    browser.screenshot("error");
    // The browser reports each response of 400.
    assertThat(browser.problems()).isNotEmpty().allMatch(line -> line.contains("400"));
  }

  @Test
  void policy_isEnforced() {
    // Given
    page.open("from", FROM, "to", TO);

    // When
    browser.evaluate(
        "document.head.append(Object.assign(document.createElement('script'),"
            + " {textContent: 'window.ran = 1'}))");

    // Then: the console has such violations, so that the other tests would fail
    assertThat(browser.text("window.ran")).isEqualTo("null");
    assertThat(browser.problems()).anyMatch(line -> line.contains("Content Security Policy"));
  }

  /**
   * Changes what the page gets from the gateway, until it is loaded again.
   *
   * @param condition on {@code path}
   * @param change of {@code body}, the JSON of a reply
   */
  private static void changeReplies(String condition, String change) {
    browser.evaluate(
        """
        (() => {
          const real = window.fetch;
          window.fetch = async (path, init) => {
            const reply = await real(path, init);
            if (!(%s)) return reply;
            const body = await reply.json();
            %s
            return Response.json(body);
          };
        })()"""
            .formatted(condition, change));
  }

  private static void post(String service, String requestId, String note)
      throws IOException, InterruptedException {
    post(
        "{\"requestId\":\"%s\",\"service\":\"%s\",\"route\":\"GET /\",\"timestamp\":%d,\"note\":\"%s\"}"
            .formatted(requestId, service, System.currentTimeMillis(), note));
  }

  private static void postEvent(String service, String route, String more)
      throws IOException, InterruptedException {
    post(
        "{\"requestId\":\"req-explorer\",\"service\":\"%s\",\"route\":\"%s\",\"timestamp\":%d%s}"
            .formatted(
                service, route, System.currentTimeMillis(), more.isEmpty() ? "" : "," + more));
  }

  private static void post(String event) throws IOException, InterruptedException {
    URI address = gateway.url().resolve("/v1/events");
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(event))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      assertThat(client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(202);
    }
  }
}
