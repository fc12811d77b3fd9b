package io.wideevents.otlp;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;

/**
 * Reads messages of one encoding. The parts of a body are found without decoding them, so that only
 * one span or log record is in memory as an object, and one that cannot be decoded does not affect
 * the others. An object takes many times the bytes of its encoded form.
 */
interface MessageReader {
  /** Takes the parts of a message. */
  @FunctionalInterface
  interface PartSink {
    void accept(Part part) throws MalformedBodyException;
  }

  /**
   * Checks what cannot be checked in its parts.
   *
   * @throws MalformedBodyException if the body is not text of this encoding
   */
  void check(Part body) throws MalformedBodyException;

  /**
   * Finds all messages of a field, in order.
   *
   * @throws MalformedBodyException if the parent is not a message of this encoding
   */
  void each(Part parent, FieldDescriptor field, PartSink sink) throws MalformedBodyException;

  /**
   * Decodes a message into a builder. Unknown fields are ignored.
   *
   * @throws MalformedBodyException if the bytes are not a message of this encoding
   * @throws RejectedItemException if the message is readable but breaks a rule
   */
  void decode(Part part, Message.Builder into) throws MalformedBodyException, RejectedItemException;
}
