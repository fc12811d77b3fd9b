package io.wideevents.stack;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DockerEngineTest {
  @TempDir private Path directory;

  @Test
  void answers_isTrueForAnEngineThatAnswersItsPing() throws IOException {
    try (ServerSocketChannel engine = listen()) {
      // Given
      answerOnce(engine, "HTTP/1.1 200 OK\r\n\r\nOK");

      // When / Then
      assertThat(DockerEngine.answers(environment())).isTrue();
    }
  }

  @Test
  void answers_isFalseForWhatAnswersOtherwise() throws IOException {
    try (ServerSocketChannel engine = listen()) {
      // Given
      answerOnce(engine, "HTTP/1.1 500 Internal Server Error\r\n\r\n");

      // When / Then
      assertThat(DockerEngine.answers(environment())).isFalse();
    }
  }

  @Test
  void answers_isFalseForAnEngineThatHangs() throws IOException {
    try (ServerSocketChannel hanging = listen()) {
      assertThat(hanging.isOpen()).isTrue();
      assertThat(DockerEngine.answers(environment())).isFalse();
    }
  }

  @Test
  void answers_isFalseWhereNothingListens() {
    assertThat(DockerEngine.answers(environment())).isFalse();
    assertThat(DockerEngine.answers(Map.of("DOCKER_HOST", "tcp://127.0.0.1:" + FreePort.find())))
        .isFalse();
    assertThat(DockerEngine.answers(Map.of("DOCKER_HOST", "npipe:////./pipe/docker"))).isFalse();
  }

  private ServerSocketChannel listen() throws IOException {
    return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(socket()));
  }

  private Map<String, String> environment() {
    return Map.of("DOCKER_HOST", "unix://" + socket());
  }

  private Path socket() {
    return directory.resolve("docker.sock");
  }

  private static void answerOnce(ServerSocketChannel engine, String answer) {
    Thread.ofVirtual()
        .start(
            () -> {
              try (SocketChannel connection = engine.accept()) {
                connection.read(ByteBuffer.allocate(1_000));
                connection.write(ByteBuffer.wrap(answer.getBytes(US_ASCII)));
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
  }
}
