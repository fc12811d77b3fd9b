package io.wideevents.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Test
  void object_readsEveryKindOfValue() {
    var read =
        Json.object(
            """
             {"text":"a\\"\\\\\\n\\u00e9","count":12,"decimal":-1.5e1,"yes":true,"no":false,
              "none":null,"list":[1,"b",{}],"inner":{"empty":[]}} \
            """
                .getBytes(UTF_8));

    assertThat(read.get("text")).isEqualTo("a\"\\\né");
    assertThat(Json.asCount(read.get("count"))).isEqualTo(12);
    assertThat(read.get("decimal")).isEqualTo(-15.0);
    assertThat(read.get("yes")).isEqualTo(true);
    assertThat(read.get("no")).isEqualTo(false);
    assertThat(read).containsEntry("none", null);
    assertThat(Json.asList(read.get("list"))).hasSize(3);
    assertThat(Json.asList(Json.asObject(read.get("inner")).get("empty"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "[]",
        "1",
        "{",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{\"a\":1}}",
        "{\"a\":tru}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"b}",
        "{\"a\":[1 2]}",
        "{\"a\":--1}",
        "{a:1}",
        "<html>"
      })
  void object_isEmptyForAnythingElse(String text) {
    assertThat(Json.object(text.getBytes(UTF_8))).isEmpty();
  }

  @Test
  void object_isEmptyForDeepNestingAndForBytesThatAreNotUtf8() {
    String deep = "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";

    assertThat(Json.object(deep.getBytes(UTF_8))).isEmpty();
    assertThat(Json.object(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'})).isEmpty();
  }

  @Test
  void accessors_haveANeutralValueForAnotherType() {
    assertThat(Json.asText(1.0)).isEmpty();
    assertThat(Json.asCount("1")).isEqualTo(-1);
    assertThat(Json.asCount(1.5)).isEqualTo(-1);
    assertThat(Json.asCount(-1.0)).isEqualTo(-1);
    assertThat(Json.asList("a")).isEqualTo(List.of());
    assertThat(Json.asObject(null)).isEmpty();
  }
}
