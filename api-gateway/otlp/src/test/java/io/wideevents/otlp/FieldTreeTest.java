package io.wideevents.otlp;

import static io.wideevents.otlp.Otlp.array;
import static io.wideevents.otlp.Otlp.attribute;
import static io.wideevents.otlp.Otlp.map;
import static io.wideevents.otlp.Otlp.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

class FieldTreeTest {
  static Stream<Arguments> attributes() {
    AnyValue empty = AnyValue.getDefaultInstance();
    AnyValue bytes =
        AnyValue.newBuilder().setBytesValue(ByteString.copyFrom(new byte[] {0, -1})).build();
    return Stream.of(
        of("{'a':'x'}", attribute("a", "x")),
        of("{'a':{'b':{'c':1}}}", attribute("a.b.c", 1)),
        of("{'a':{'b':1,'c':true}}", attribute("a.b", 1), attribute("a.c", true)),
        of("{'a':{'_value':1,'b':2}}", attribute("a", 1), attribute("a.b", 2)),
        of("{'a':{'b':2,'_value':1}}", attribute("a.b", 2), attribute("a", 1)),
        of(
            "{'a':{'_value':[1,3],'b':2}}",
            attribute("a", 1),
            attribute("a._value", 3),
            attribute("a.b", 2)),
        of("{'a':[1,2]}", attribute("a", 1), attribute("a", 2)),
        of("{'a':{'b':1,'c':2}}", attribute("a", map(attribute("b", 1))), attribute("a.c", 2)),
        of("{'a':{'b':[1,2]}}", attribute("a.b", 1), attribute("a", map(attribute("b", 2)))),
        of("{'a':{'b':{'c':1}}}", attribute("a", map(attribute("b.c", 1)))),
        of("{'a':{}}", attribute("a", map())),
        of("{'a':[]}", attribute("a", array())),
        of(
            "{'a':['x',[1],{'b':2},null]}",
            attribute(
                "a",
                array(
                    text("x"), array(attribute("", 1).getValue()), map(attribute("b", 2)), empty))),
        of("{'a':null}", attribute("a", empty)),
        of("{'':'x'}", attribute("", "x")),
        of("{'':{'':'x'}}", attribute(".", "x")),
        of("{'a':{'':'x'}}", attribute("a.", "x")),
        of("{'a':'AP8='}", attribute("a", bytes)),
        of("{'a':9223372036854775807}", attribute("a", Long.MAX_VALUE)),
        of("{'a':0.1}", attribute("a", 0.1)),
        of(
            "{'a':'NaN','b':'-Infinity'}",
            attribute("a", Double.NaN),
            attribute("b", Double.NEGATIVE_INFINITY)));
  }

  private static Arguments of(String json, KeyValue... attributes) {
    return Arguments.of(json.replace('\'', '"'), List.of(attributes));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("attributes")
  void putAll_nestsByDots(String json, List<KeyValue> attributes) throws Exception {
    assertThat(write(new FieldTree(1_000).putAll(attributes))).isEqualTo(json);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void putAll_losesNoValueInAnyOrder(long seed) throws Exception {
    // Given keys that are prefixes of each other, and keys that occur twice
    Random random = new Random(seed);
    List<KeyValue> attributes = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String key = ".a.b._value".repeat(3).substring(1, 2 + random.nextInt(30));
      KeyValue attribute = attribute(key, "<" + i + ">");
      attributes.add(i % 3 == 0 ? attribute("a", map(attribute)) : attribute);
    }
    Collections.shuffle(attributes, random);

    // When
    String json = write(new FieldTree(1_000).putAll(attributes));

    // Then
    for (int i = 0; i < 200; i++) {
      assertThat(json).containsOnlyOnce("\"<" + i + ">\"");
    }
  }

  @Test
  void putAll_rejectsDeepValues() {
    KeyValue deepKey = attribute("a.".repeat(FieldTree.MAX_DEPTH), 1);
    AnyValue deepArray = text("x");
    for (int i = 0; i < FieldTree.MAX_DEPTH; i++) {
      deepArray = array(deepArray);
    }
    KeyValue deepItems = attribute("a", deepArray);

    assertThatThrownBy(() -> new FieldTree(1_000).putAll(List.of(deepKey)))
        .isInstanceOf(RejectedItemException.class);
    assertThatThrownBy(() -> new FieldTree(1_000).putAll(List.of(deepItems)))
        .isInstanceOf(RejectedItemException.class);
  }

  private static String write(FieldTree tree) {
    var bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = new JsonFactory().createGenerator(ObjectWriteContext.empty(), bytes)) {
      tree.write(out);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
