/**
 * What is different about some events: samples of a selection and of a baseline, and the fields
 * whose values are distributed differently.
 */
@NullMarked
package io.wideevents.query.compare;

import org.jspecify.annotations.NullMarked;
