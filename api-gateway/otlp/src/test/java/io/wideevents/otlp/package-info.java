@NullMarked
package io.wideevents.otlp;

import org.jspecify.annotations.NullMarked;
