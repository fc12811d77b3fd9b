package io.wideevents.toolbox.chaos;

import io.wideevents.stack.KafkaBroker;
import io.wideevents.stack.MongodProcess;

/** A process in which faults are injected. Used by one thread at a time. */
interface Victim {
  void kill();

  void freeze();

  void resume();

  /** SIGTERM; blocks until the process has ended. */
  void stop();

  /** Starts the process again and blocks until it accepts work. */
  void start();

  default void suffer(Action action) {
    switch (action) {
      case KILL -> kill();
      case FREEZE -> freeze();
      case STOP -> stop();
      case START -> start();
      case RESUME -> resume();
    }
  }

  static Victim of(KafkaBroker broker) {
    return new Victim() {
      @Override
      public void kill() {
        broker.kill9();
      }

      @Override
      public void freeze() {
        broker.pause();
      }

      @Override
      public void resume() {
        broker.resume();
      }

      @Override
      public void stop() {
        broker.stop();
      }

      @Override
      public void start() {
        broker.start();
      }
    };
  }

  static Victim of(MongodProcess mongod) {
    return new Victim() {
      @Override
      public void kill() {
        mongod.kill9();
      }

      @Override
      public void freeze() {
        mongod.pause();
      }

      @Override
      public void resume() {
        mongod.resume();
      }

      @Override
      public void stop() {
        mongod.stop();
      }

      @Override
      public void start() {
        mongod.start();
      }
    };
  }
}
