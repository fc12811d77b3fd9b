/** The rules of the modules, kept by tests: who may depend on what. */
@NullMarked
package io.wideevents.architecture;

import org.jspecify.annotations.NullMarked;
