package io.wideevents.gateway.http;

import java.util.List;
import org.bson.Document;

/** Reads replies. They hold nothing that extended JSON would read otherwise. */
final class ReplyJson {
  private ReplyJson() {}

  static Document parse(String text) {
    return Document.parse(text);
  }

  static List<Document> events(Document reply) {
    return reply.getList("events", Document.class);
  }

  static List<Document> errors(Document problemOrEntry) {
    return problemOrEntry.getList("errors", Document.class);
  }

  /** The codes of {@code errors}, in order. */
  static List<String> codes(Document problemOrEntry) {
    return errors(problemOrEntry).stream().map(error -> error.getString("code")).toList();
  }
}
