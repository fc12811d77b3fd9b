/** The routes of the query API and of the page: parameters, replies and problem documents. */
@NullMarked
package io.wideevents.query.http;

import org.jspecify.annotations.NullMarked;
