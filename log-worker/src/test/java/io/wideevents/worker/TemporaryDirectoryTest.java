package io.wideevents.worker;

import io.wideevents.process.TemporaryDirectoryContract;
import java.util.List;
import java.util.stream.Stream;

class TemporaryDirectoryTest extends TemporaryDirectoryContract {
  TemporaryDirectoryTest() {
    super(LogWorker.class);
  }

  static Stream<List<String>> commands() {
    return Stream.of(
        List.of(), List.of("dlq", "list"), List.of("dlq", "show", "0:0"), List.of("dlq", "replay"));
  }
}
