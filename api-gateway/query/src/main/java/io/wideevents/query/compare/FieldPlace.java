package io.wideevents.query.compare;

/**
 * The place of a value in an event.
 *
 * @param text the names, joined by dots
 * @param isAddressable whether the text identifies this field alone; false if one of the names
 *     contains a dot
 */
record FieldPlace(String text, boolean isAddressable) {}
