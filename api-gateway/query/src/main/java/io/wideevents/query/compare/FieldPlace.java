package io.wideevents.query.compare;

/**
 * The place of a value in an event.
 *
 * @param text the names, joined by dots
 * @param isAddressable whether the text names this field and no other: not if one of its names has
 *     a dot
 */
record FieldPlace(String text, boolean isAddressable) {}
