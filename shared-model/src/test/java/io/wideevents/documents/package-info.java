/** The sections of the documentation that are generated from the code. */
@NullMarked
package io.wideevents.documents;

import org.jspecify.annotations.NullMarked;
