package io.wideevents.gateway.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Loads the classes between a request's bytes and its reply once more, changed so that they count
 * in {@link Operations} each call of a method, each pass of a loop and each element that they copy
 * with {@code System.arraycopy} or {@code Arrays.copyOf}. What the JDK does inside is not counted.
 */
final class CountingLoader extends ClassLoader {
  private static final String OPERATIONS = Operations.class.getName().replace('.', '/');
  private static final List<String> INSTRUMENTED =
      List.of("io.wideevents.", "tools.jackson.core.", "org.apache.commons.", "org.bson.");

  // The parser's table of names: what a look-up or a copy costs is bounded by the table's largest
  // size, 65 536 names, but far from even below it.
  private static final String NAMES = "tools.jackson.core.sym.";
  private static final Set<String> SHARED =
      Set.of(Operations.class.getName(), LinearRequestsTest.Work.class.getName());

  CountingLoader() {
    super(CountingLoader.class.getClassLoader());
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      if (INSTRUMENTED.stream().noneMatch(name::startsWith) || SHARED.contains(name)) {
        return super.loadClass(name, resolve);
      }
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? define(name) : loaded;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      ClassReader reader = new ClassReader(in);
      ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
      reader.accept(name.startsWith(NAMES) ? writer : new CountingClass(writer), 0);
      byte[] bytes = writer.toByteArray();
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  private static final class CountingClass extends ClassVisitor {
    private CountingClass(ClassVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      return new CountingMethod(super.visitMethod(access, name, descriptor, signature, exceptions));
    }
  }

  private static final class CountingMethod extends MethodVisitor {
    private final Set<Label> passed = new HashSet<>();

    private CountingMethod(MethodVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public void visitCode() {
      super.visitCode();
      countOne();
    }

    @Override
    public void visitLabel(Label label) {
      passed.add(label);
      super.visitLabel(label);
    }

    @Override
    public void visitJumpInsn(int opcode, Label label) {
      if (passed.contains(label)) {
        countOne();
      }
      super.visitJumpInsn(opcode, label);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      boolean isCopy =
          owner.equals("java/lang/System") && name.equals("arraycopy")
              || owner.equals("java/util/Arrays")
                  && name.equals("copyOf")
                  && descriptor.contains("I)");
      if (isCopy) {
        // The last argument is the number of elements.
        super.visitInsn(Opcodes.DUP);
        super.visitMethodInsn(Opcodes.INVOKESTATIC, OPERATIONS, "many", "(I)V", false);
      }
      super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
    }

    private void countOne() {
      super.visitMethodInsn(Opcodes.INVOKESTATIC, OPERATIONS, "one", "()V", false);
    }
  }
}
