package io.wideevents.delivery.spool;

/**
 * Why a tier will never take an event.
 *
 * @param event the event, as read from the queue of pending events
 * @param code stable, snake_case, for example {@code refused_by_database}
 * @param message the tier's message, without any content of the event
 */
public record Refusal(SpooledEvent event, String code, String message) {}
