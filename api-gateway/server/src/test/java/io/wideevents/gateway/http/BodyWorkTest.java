package io.wideevents.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.EventEncoder;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BodyWorkTest {
  private static final int MAX_BYTES = 1024 * 1024;

  private final ByteBudget memory = new ByteBudget(MAX_BYTES, MAX_BYTES);
  private final BodyWork work =
      new BodyWork(
          new BodyReader(MAX_BYTES, MAX_BYTES, Duration.ofSeconds(30), memory, () -> false),
          new EventEncoder(EncoderSettings.DEFAULT, InstantSource.system()));

  @AfterEach
  void close() {
    work.close();
  }

  // 14 KiB of OTLP, half of it a resource that each of 450 records repeats, take 250 ms.
  @ParameterizedTest
  @CsvSource({"1024, true", "2048, true", "2049, false", "14336, false"})
  void on_usesTheThreadOfTheRequestForBodiesThatTakeLittleTime(int bytes, boolean isInline) {
    Body sent = new Body(new byte[bytes], bytes, memory.receive("client"));

    try (BodyWork.Done<Thread> done =
        work.on(sent, Compression.IDENTITY, "client", body -> Thread.currentThread())) {
      assertThat(done.result() == Thread.currentThread()).isEqualTo(isInline);
    }
  }
}
