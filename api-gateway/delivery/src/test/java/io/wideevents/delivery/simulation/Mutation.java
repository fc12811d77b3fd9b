package io.wideevents.delivery.simulation;

import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.kafka.MqClientPort;
import io.wideevents.delivery.mongo.MongoLoggerSettings;
import io.wideevents.delivery.spool.SimulatedDisk;
import io.wideevents.mongo.BatchWriter;

/** A fault put into the gateway, to see whether the simulation finds it. Changes nothing itself. */
class Mutation {
  /** The gateway as it is. */
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

  /** What a starting gateway finds on its disk. */
  SimulatedDisk found(SimulatedDisk disk) {
    return disk;
  }
}
