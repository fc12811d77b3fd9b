/**
 * Settings of both processes: a setting is declared once, with its flag, environment variable,
 * default, meaning and a right example; the command line, the tables in docs/configuration.md and
 * the start-up report all follow from that declaration.
 */
@NullMarked
package io.wideevents.config;

import org.jspecify.annotations.NullMarked;
