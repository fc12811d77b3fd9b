package io.wideevents.toolbox.ui;

import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.openqa.selenium.Keys;

/** The page at {@code /ui/}, as a person uses it. Methods return when the page shows the result. */
final class ExplorerPage {
  private static final Duration BOUND = Duration.ofSeconds(30);
  private static final String CHART = ".charts .chart:first-child .u-over";
  // A chart is drawn when its width is known. Until then, what is below it has another position.
  private static final String DRAWN =
      """
      document.querySelectorAll('.charts .u-over').length === 2
        && document.querySelector('.heat canvas').width > 300""";
  private static final String HEATMAP = ".heat canvas";

  private final Browser browser;
  private final URI gateway;

  ExplorerPage(Browser browser, URI gateway) {
    this.browser = browser;
    this.gateway = gateway;
  }

  /**
   * Opens the page with a state.
   *
   * @param state pairs of name and value, as they are in the address
   */
  void open(String... state) {
    StringBuilder address = new StringBuilder(gateway + "/ui/#");
    for (int i = 0; i < state.length; i += 2) {
      address
          .append(i == 0 ? "" : "&")
          .append(state[i])
          .append('=')
          .append(URLEncoder.encode(state[i + 1], StandardCharsets.UTF_8));
    }
    openAddress(address.toString());
  }

  /** Opens a link in a page that remembers nothing. */
  void openAddress(String address) {
    browser.open("about:blank");
    browser.open(address);
    awaitLoaded();
  }

  void awaitLoaded() {
    until(
        () ->
            browser.has(".charts[aria-busy=false], .empty, .querybar .problem")
                && !browser.has("main [aria-busy=true]"));
  }

  private void awaitDrawn() {
    until(() -> Boolean.TRUE.equals(browser.evaluate(DRAWN)));
  }

  /** Waits until a condition of the page holds. */
  void until(Callable<Boolean> condition) {
    await().atMost(BOUND).pollInterval(Duration.ofMillis(50)).until(condition);
  }

  /** Writes a filter with the keyboard and searches. */
  void search(String filter) {
    focusFilter();
    browser.pressHolding(Keys.CONTROL, "a");
    // The list of suggestions would take the Enter key only with a chosen suggestion.
    browser.press(filter, Keys.ENTER);
    until(() -> !filter().isEmpty() && address().contains("q="));
    awaitLoaded();
  }

  void focusFilter() {
    browser.focus("#query");
  }

  String filter() {
    return browser.text("document.getElementById('query').value");
  }

  /** The state in the address, decoded. */
  String address() {
    return URLDecoder.decode(browser.text("location.hash"), StandardCharsets.UTF_8);
  }

  String wholeAddress() {
    return browser.text("location.href");
  }

  /** The services of the rows, in their order. */
  List<String> services() {
    return browser.texts(".rows .part.Service").stream()
        .map(text -> text.replace("Service", "").strip())
        .toList();
  }

  /** Drags over a part of the histogram, from and to as parts of its width. */
  void dragOverHistogram(double from, double to) {
    awaitDrawn();
    browser.drag(CHART, from, 0.5, to, 0.5);
    until(() -> address().contains("from="));
    awaitLoaded();
  }

  /** Drags over a part of the heatmap, as parts of its width and height. */
  void dragOverHeatmap(double fromX, double fromY, double toX, double toY) {
    awaitDrawn();
    browser.drag(HEATMAP, fromX, fromY, toX, toY);
    until(() -> browser.has(".field-card"));
    awaitLoaded();
  }

  /** The fields of the comparison, the most different first, without symptoms. */
  List<String> rankedFields() {
    return browser.texts(".differences .field-card h3 .mono");
  }

  /** The values of the first field of the comparison. */
  List<String> valuesOfTheFirstField() {
    return browser.texts(".differences .field-card:first-child tbody th .value");
  }

  /** The number of events in the figures above the charts. */
  long total() {
    return Long.parseLong(browser.texts(".strip .figures dd").getFirst().replace(",", ""));
  }

  String theme() {
    return browser.text("document.documentElement.dataset.theme");
  }

  String background() {
    return browser.text("getComputedStyle(document.body).backgroundColor");
  }

  /** By how many pixels the page is wider than the window. */
  long overflow() {
    return Long.parseLong(
        browser.text(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"));
  }
}
