package io.wideevents.gateway.spool;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.RecordDecoder;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class SegmentEventSpoolTest extends EventSpoolContract {
  @TempDir Path directory;
  private EventSpool spool;

  @BeforeEach
  void open() {
    spool =
        SegmentEventSpool.open(
            new SpoolSettings(directory, 1 << 20, 0, 1_000),
            new RecordDecoder(EncoderSettings.DEFAULT, InstantSource.system()),
            InstantSource.system());
  }

  @AfterEach
  void close() {
    spool.close();
  }

  @Override
  protected EventSpool spool() {
    return spool;
  }
}
