package io.wideevents.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.mongo.MongoSettings;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of the page; those of the tests are in {@code ui/test} of the test resources. */
class PageFilesTest {
  private static QueryApi api;

  @BeforeAll
  static void start() {
    api = new QueryApi(MongoSettings.at("mongodb://127.0.0.1:1"), 1);
  }

  @AfterAll
  static void close() {
    api.close();
  }

  @ParameterizedTest
  @CsvSource({
    "a.js, text/javascript;charset=utf-8",
    "deep/b.css, text/css;charset=utf-8",
    "c.svg, image/svg+xml"
  })
  void file_hasItsTypeAndTheHeadersOfThePage(String name, String mediaType) throws Exception {
    HttpResponse<String> file = api.get("/ui/test/" + name);

    assertThat(file.statusCode()).isEqualTo(200);
    assertThat(file.body()).isNotEmpty();
    assertThat(header(file, "Content-Type").replace(" ", "")).isEqualTo(mediaType);
    assertThat(header(file, "X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(header(file, "Cache-Control")).isEqualTo("no-cache");
    assertThat(header(file, "Content-Security-Policy"))
        .startsWith("default-src 'none'; script-src 'self';")
        .doesNotContain("unsafe");
  }

  @Test
  void file_thatTheClientHas_isNotSentAgain() throws Exception {
    String tag = header(api.get("/ui/test/a.js"), "ETag");

    HttpResponse<String> again = api.get("/ui/test/a.js", "If-None-Match", tag);

    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/ui/none.js",
        "/ui/test",
        "/ui/test/",
        "/ui/test/secret.class",
        "/ui/test/.hidden.js",
        "/ui/..%2f..%2f..%2f..%2fMETA-INF%2fMANIFEST.txt",
        "/ui/%2e%2e/http/QueryRoutes.js",
        "/ui//etc/passwd.txt",
        "/ui/test%00.js",
        "/ui/test%5ca.js"
      })
  void otherPath_isNotFound(String path) throws Exception {
    assertThat(api.get(path).statusCode()).isIn(404, 400);
  }

  @Test
  void pageWithoutSlash_isRedirected() throws Exception {
    HttpResponse<String> response = api.get("/ui");

    assertThat(response.statusCode()).isEqualTo(302);
    assertThat(header(response, "Location")).endsWith("/ui/");
  }

  private static String header(HttpResponse<String> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }
}
