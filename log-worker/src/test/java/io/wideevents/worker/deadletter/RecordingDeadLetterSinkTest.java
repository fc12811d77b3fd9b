package io.wideevents.worker.deadletter;

import java.util.List;

class RecordingDeadLetterSinkTest extends DeadLetterSinkContract {
  private final RecordingDeadLetterSink sink = new RecordingDeadLetterSink();

  @Override
  DeadLetterSink sink() {
    return sink;
  }

  @Override
  List<byte[]> keptValues() {
    return sink.kept().stream().map(letter -> letter.source().value()).toList();
  }

  @Override
  void goDown() {
    sink.goDown();
  }

  @Override
  void comeBack() {
    sink.comeBack();
  }
}
