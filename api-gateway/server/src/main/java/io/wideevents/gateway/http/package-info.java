/**
 * The gateway's HTTP face: reads a posted body within its bounds, hands the events on, and answers
 * with the truth about each of them. Nothing leaves this package before the whole body has been
 * read and checked.
 */
@NullMarked
package io.wideevents.gateway.http;

import org.jspecify.annotations.NullMarked;
