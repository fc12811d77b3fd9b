/**
 * Settings of both processes. A setting is declared once, with its flag, environment variable,
 * default, meaning and a valid example. The command line, the tables in docs/configuration.md and
 * the start-up report are derived from that declaration.
 */
@NullMarked
package io.wideevents.config;

import org.jspecify.annotations.NullMarked;
