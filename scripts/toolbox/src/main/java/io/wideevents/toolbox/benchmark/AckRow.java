package io.wideevents.toolbox.benchmark;

/**
 * One row of the table of {@code benchmark ack}.
 *
 * @param phase which servers were up
 * @param mode {@code MQ_ENABLED} of the gateway
 */
record AckRow(String phase, String mode, Window window) {}
