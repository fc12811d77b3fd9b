package io.wideevents.gateway.config;

/** The message queues that the gateway can publish to. */
public enum MqType {
  KAFKA
}
