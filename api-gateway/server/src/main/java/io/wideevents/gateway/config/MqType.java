package io.wideevents.gateway.config;

/** The kinds of message queue the gateway can publish to. */
public enum MqType {
  KAFKA
}
