package io.wideevents.delivery.simulation;

import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.kafka.MqClientPort;
import io.wideevents.delivery.mongo.MongoLoggerSettings;
import io.wideevents.delivery.spool.SimulatedDisk;
import io.wideevents.mongo.BatchWriter;

/** A fault in the gateway, which the simulation must find. This base class changes nothing. */
class Mutation {
  /** The gateway without a fault. */
  static final Mutation NONE = new Mutation();

  BatchWriter database(BatchWriter writer) {
    return writer;
  }

  MongoLoggerSettings settings(MongoLoggerSettings settings) {
    return settings;
  }

  MqClientPort kafka(MqClientPort client) {
    return client;
  }

  LoggerPort spool(LoggerPort spool) {
    return spool;
  }

  LoggerPort replay(LoggerPort tiers) {
    return tiers;
  }

  /** The disk that a starting gateway finds. */
  SimulatedDisk found(SimulatedDisk disk) {
    return disk;
  }
}
