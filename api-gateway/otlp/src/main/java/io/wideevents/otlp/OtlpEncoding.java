package io.wideevents.otlp;

/** The encoding of a body of OTLP over HTTP. A response has the encoding of its request. */
public enum OtlpEncoding {
  PROTOBUF("application/x-protobuf"),
  JSON("application/json");

  private final String mediaType;

  OtlpEncoding(String mediaType) {
    this.mediaType = mediaType;
  }

  /** The value of {@code Content-Type}. */
  public String mediaType() {
    return mediaType;
  }
}
