/** The settings of the query side. */
@NullMarked
package io.wideevents.query.config;

import org.jspecify.annotations.NullMarked;
