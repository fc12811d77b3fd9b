/**
 * Files of a running gateway: small ones that it reads again when somebody changes them, keys and
 * certificates, and how those are made that nobody else may read.
 */
@NullMarked
package io.wideevents.files;

import org.jspecify.annotations.NullMarked;
