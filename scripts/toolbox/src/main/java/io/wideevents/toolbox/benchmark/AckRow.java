package io.wideevents.toolbox.benchmark;

/**
 * One line of the table of {@code benchmark ack}.
 *
 * @param phase what worked
 * @param mode {@code MQ_ENABLED} of the gateway
 */
record AckRow(String phase, String mode, Window window) {}
