package io.wideevents.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Collectors;

/** The value of a dead letter whose own value is too large: JSON that identifies the record. */
final class DeadLetterStub {
  private static final byte[] NOTHING = {};

  private DeadLetterStub() {}

  /**
   * The stub of a record. A record that is cut has no hash.
   *
   * @param headBytes how much of the beginning of the value is kept
   */
  static byte[] value(DeadLetterSource source, int headBytes) {
    byte[] value = source.original().value() == null ? NOTHING : source.original().value();
    String hash =
        source.isCut()
            ? ""
            : "\"sha256\":\"%s\",".formatted(HexFormat.of().formatHex(sha256(value)));
    byte[] head = Arrays.copyOf(value, Math.min(value.length, headBytes));
    return """
    {%s,"keyBytes":%d,"valueBytes":%d,%s"head":"%s"}"""
        .formatted(
            json(source.origin().members()),
            source.keyBytes(),
            source.isCut() ? source.valueBytes() : value.length,
            hash,
            Base64.getEncoder().encodeToString(head))
        .getBytes(UTF_8);
  }

  // The names of topics and API keys, and event ids hold only letters, digits, '.', '_' and '-':
  // nothing to
  // escape.
  private static String json(Map<String, Object> members) {
    return members.entrySet().stream()
        .map(
            member ->
                member.getValue() instanceof Number number
                    ? "\"%s\":%s".formatted(member.getKey(), number)
                    : "\"%s\":\"%s\"".formatted(member.getKey(), member.getValue()))
        .collect(Collectors.joining(","));
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every Java platform has SHA-256", e);
    }
  }
}
