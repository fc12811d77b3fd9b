/** Small files a running gateway reads again when somebody changes them: keys and certificates. */
@NullMarked
package io.wideevents.gateway.files;

import org.jspecify.annotations.NullMarked;
