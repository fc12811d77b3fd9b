package io.wideevents.otlp;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.WireFormat;
import io.wideevents.event.ProblemCode;
import java.io.IOException;

/** Reads protobuf's binary encoding. */
final class ProtobufReader implements MessageReader {
  // A value in a list of keys and values is three messages deep. The deepest event has 90 levels.
  private static final int MAX_RECURSION = 300;

  @Override
  public void check(Part body) {}

  @Override
  public void each(Part parent, FieldDescriptor field, PartSink sink)
      throws MalformedBodyException {
    try {
      CodedInputStream in = open(parent);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (WireFormat.getTagFieldNumber(tag) == field.getNumber()
            && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
          int length = in.readRawVarint32();
          int from = parent.from() + in.getTotalBytesRead();
          in.skipRawBytes(length);
          sink.accept(new Part(parent.bytes(), from, from + length));
        } else {
          in.skipField(tag);
        }
      }
    } catch (IOException e) {
      throw malformed();
    }
  }

  @Override
  public void decode(Part part, Message.Builder into)
      throws MalformedBodyException, RejectedItemException {
    try {
      CodedInputStream in = open(part);
      // Unknown fields would take up to a hundred times their bytes of memory.
      into.mergeFrom(
          DiscardUnknownFieldsParser.wrap(into.getDefaultInstanceForType().getParserForType())
              .parseFrom(in));
      in.checkLastTagWas(0);
    } catch (InvalidProtocolBufferException e) {
      // The library has no types for these failures. Both are mistakes in one item.
      String text = String.valueOf(e.getMessage());
      if (text.contains("UTF-8")) {
        throw new RejectedItemException(
            ProblemCode.INVALID_UTF8,
            "",
            "A text is not valid UTF-8",
            "Send texts in UTF-8, and other bytes as a bytes value");
      }
      if (text.contains("nesting")) {
        throw new RejectedItemException(
            ProblemCode.TOO_DEEP, "", "A value nests too deep", "Flatten the value");
      }
      throw malformed();
    }
  }

  private static CodedInputStream open(Part part) {
    CodedInputStream in = CodedInputStream.newInstance(part.bytes(), part.from(), part.length());
    in.setRecursionLimit(MAX_RECURSION);
    return in;
  }

  private static MalformedBodyException malformed() {
    return new MalformedBodyException(
        "malformed_protobuf", "The body is not a protobuf message of OTLP");
  }
}
