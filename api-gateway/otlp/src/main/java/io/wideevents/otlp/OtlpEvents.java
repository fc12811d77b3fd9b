package io.wideevents.otlp;

import io.wideevents.codec.BodyResult;

/**
 * The events of one OTLP body.
 *
 * @param result one result for each selected span or log record; {@link BodyResult.Events} may be
 *     empty. Rejected items come last
 * @param skipped spans and log records that do not become events
 */
public record OtlpEvents(BodyResult result, int skipped) {}
