package io.wideevents.toolbox.ui;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;

/**
 * A headless Chromium with a new profile. It is the Chromium of the system, with the system's
 * driver: nothing is downloaded. The caller closes it.
 */
final class Browser implements AutoCloseable {
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");
  private static final Duration BOUND = Duration.ofSeconds(30);
  private static final int WIDTH = 1280;
  private static final int HEIGHT = 900;

  private final ChromeDriver driver;

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /** Skips the test where no Chromium is installed. In continuous integration it fails instead. */
  static void requireInstalled() {
    boolean isInstalled = chromium().isPresent() && chromeDriver().isPresent();
    if (!isInstalled && "true".equals(System.getenv("CI"))) {
      fail(
          "There is no chromium and chromedriver on the PATH; install chromium and chromium-driver");
    }
    assumeTrue(
        isInstalled,
        "There is no chromium and chromedriver on the PATH, so the page is not tested;"
            + " on Debian install chromium and chromium-driver");
  }

  /**
   * Starts the browser. Blocks for seconds.
   *
   * @param profile directory for its files
   */
  static Browser start(Path profile) {
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium().orElseThrow().toFile());
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-extensions",
        "--no-first-run",
        "--lang=en-US",
        "--window-size=%d,%d".formatted(WIDTH, HEIGHT),
        "--user-data-dir=" + profile);
    options.setCapability("goog:loggingPrefs", Map.of("browser", "ALL"));
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(chromeDriver().orElseThrow().toFile())
            .usingAnyFreePort()
            .withSilent(true)
            .build();
    ChromeDriver driver = new ChromeDriver(service, options);
    driver.manage().timeouts().scriptTimeout(Duration.ofSeconds(10)).implicitlyWait(BOUND);
    return new Browser(driver);
  }

  private static Optional<Path> chromium() {
    return onPath("chromium", "chromium-browser", "google-chrome");
  }

  private static Optional<Path> chromeDriver() {
    return onPath("chromedriver");
  }

  private static Optional<Path> onPath(String... names) {
    String path = System.getenv().getOrDefault("PATH", "");
    return Stream.of(names)
        .flatMap(
            name ->
                Stream.of(path.split(File.pathSeparator)).map(Path::of).map(d -> d.resolve(name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  void open(String address) {
    driver.get(address);
  }

  void reload() {
    driver.navigate().refresh();
  }

  void back() {
    driver.navigate().back();
  }

  void resize(int width, int height) {
    // The window of a headless browser has a minimum width; the emulated device has none.
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  /** Undoes {@link #resize} and {@link #preferColorScheme}. */
  void reset() {
    resize(WIDTH, HEIGHT);
    preferColorScheme("light");
  }

  /** Sets what the system prefers: light or dark. */
  void preferColorScheme(String scheme) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  /** Clicks an element, and waits for it. */
  void click(String selector) {
    driver.findElement(By.cssSelector(selector)).click();
  }

  /** Focuses an element, and waits for it. */
  void focus(String selector) {
    driver.executeScript("arguments[0].focus()", driver.findElement(By.cssSelector(selector)));
  }

  /** Sends keys to the focused element. */
  void press(CharSequence... keys) {
    new Actions(driver).sendKeys(keys).perform();
  }

  /** Sends keys to the focused element while another key is held. */
  void pressHolding(CharSequence held, CharSequence... keys) {
    new Actions(driver).keyDown(held).sendKeys(keys).keyUp(held).perform();
  }

  /**
   * Drags over a part of an element, and waits for it. The positions are parts of its width and
   * height, 0 to 1.
   */
  void drag(String selector, double fromX, double fromY, double toX, double toY) {
    WebElement element = driver.findElement(By.cssSelector(selector));
    int width = element.getSize().getWidth();
    int height = element.getSize().getHeight();
    new Actions(driver)
        .moveToElement(element, offset(fromX, width), offset(fromY, height))
        .clickAndHold()
        .moveToElement(element, offset((fromX + toX) / 2, width), offset((fromY + toY) / 2, height))
        .moveToElement(element, offset(toX, width), offset(toY, height))
        .release()
        .perform();
  }

  // Positions of the driver are relative to the centre.
  private static int offset(double part, int size) {
    return (int) Math.round((part - 0.5) * (size - 2));
  }

  /** The result of a script. A promise is awaited. */
  Object evaluate(String expression) {
    return driver.executeAsyncScript(
        "const done = arguments[0]; Promise.resolve((async () => ("
            + expression
            + "))()).then(done)");
  }

  /** What a script returned, as text. */
  String text(String expression) {
    return String.valueOf(evaluate(expression));
  }

  /** The texts of all elements. */
  List<String> texts(String selector) {
    String joined =
        text(
            "[...document.querySelectorAll('"
                + selector
                + "')].map(e => e.textContent).join('\\u0000')");
    return joined.isEmpty() ? List.of() : List.of(joined.split("\0"));
  }

  boolean has(String selector) {
    return Boolean.TRUE.equals(evaluate("document.querySelector('" + selector + "') !== null"));
  }

  /** Warnings and errors of the console since the last call, with violations of the policy. */
  List<String> problems() {
    return driver.manage().logs().get("browser").getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(LogEntry::getMessage)
        .toList();
  }

  /** Writes {@code target/screenshots/NAME.png}. */
  void screenshot(String name) {
    try {
      Files.createDirectories(SCREENSHOTS);
      Files.write(SCREENSHOTS.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    driver.quit();
  }
}
