package io.wideevents.gateway;

import io.wideevents.process.TemporaryDirectoryContract;
import java.util.List;
import java.util.stream.Stream;

class TemporaryDirectoryTest extends TemporaryDirectoryContract {
  TemporaryDirectoryTest() {
    super(ApiGateway.class);
  }

  static Stream<List<String>> commands() {
    return Stream.of(List.of(), List.of("spool", "drain"));
  }
}
