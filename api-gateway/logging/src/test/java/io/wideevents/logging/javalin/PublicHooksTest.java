package io.wideevents.logging.javalin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Which classes of Javalin the plugin's compiled classes name. Published is what an application
 * reaches through {@code JavalinConfig}, {@code Context} and {@code Plugin}; everything else is
 * internal and may change with any release.
 */
class PublicHooksTest {
  private static final Set<String> PUBLISHED =
      Set.of(
          "io/javalin/config/JavalinState", // the parameter of a plugin's methods
          "io/javalin/config/JettyConfig",
          "io/javalin/config/RouterConfig",
          "io/javalin/http/Context",
          "io/javalin/http/Handler",
          "io/javalin/http/HandlerType",
          "io/javalin/http/Header",
          "io/javalin/http/HttpResponseException",
          "io/javalin/http/HttpStatus",
          "io/javalin/plugin/Plugin",
          "io/javalin/plugin/PluginPriority",
          "io/javalin/router/Endpoint",
          "io/javalin/router/HandlerWrapper");

  /** What {@link JavalinInternals} reads, each for a fact without a public hook. */
  private static final Set<String> INTERNAL =
      Set.of(
          "io/javalin/http/servlet/JavalinServletContext",
          "io/javalin/router/InternalRouter",
          "io/javalin/router/ParsedEndpoint",
          "io/javalin/websocket/WsHandlerEntry",
          "io/javalin/websocket/WsPathMatcher",
          "io/javalin/websocket/WsRouter");

  private static final Pattern JAVALIN = Pattern.compile("io/javalin/[A-Za-z0-9_/$]+");

  @Test
  void classes_nameWhatJavalinPublishes() throws Exception {
    Map<String, Set<String>> found = new TreeMap<>();
    for (Path file : compiled()) {
      boolean mayReadInternals = isInternals(file);
      for (String text : texts(file)) {
        Matcher name = JAVALIN.matcher(text);
        while (name.find()) {
          if (!PUBLISHED.contains(name.group())
              && !(mayReadInternals && INTERNAL.contains(name.group()))) {
            found
                .computeIfAbsent(String.valueOf(file.getFileName()), key -> new TreeSet<>())
                .add(name.group());
          }
        }
      }
    }

    assertThat(found).as("classes of Javalin that it does not publish").isEmpty();
  }

  @Test
  void membersInternalToKotlin_areUsedInOnePlace() throws Exception {
    Set<String> found = new TreeSet<>();
    for (Path file : compiled()) {
      if (!isInternals(file)) {
        texts(file).stream().filter(text -> text.endsWith("$javalin")).forEach(found::add);
      }
    }

    assertThat(found).isEmpty();
  }

  @Test
  void noClass_extendsOneOfJavalinsButThePlugin() throws Exception {
    for (Path file : compiled()) {
      String name = String.valueOf(file.getFileName()).replace(".class", "");
      Class<?> parent =
          Class.forName(WideEventsPlugin.class.getPackageName() + "." + name).getSuperclass();

      if (parent != null && parent.getName().startsWith("io.javalin")) {
        assertThat(name).isEqualTo("WideEventsPlugin");
      }
    }
  }

  private static boolean isInternals(Path file) {
    return String.valueOf(file.getFileName()).startsWith("JavalinInternals");
  }

  private static List<Path> compiled() throws Exception {
    Path folder = Path.of(WideEventsPlugin.class.getResource("WideEventsPlugin.class").toURI());
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> classes = Files.newDirectoryStream(folder.getParent(), "*.class")) {
      classes.forEach(files::add);
    }
    files.removeIf(file -> String.valueOf(file.getFileName()).equals("package-info.class"));
    assertThat(files).hasSizeGreaterThan(8);
    return files;
  }

  /** Every text of a class's constant pool: names of classes, of members and of their types. */
  private static List<String> texts(Path file) throws IOException {
    List<String> texts = new ArrayList<>();
    try (InputStream bytes = Files.newInputStream(file);
        DataInputStream in = new DataInputStream(bytes)) {
      in.skipNBytes(8);
      int count = in.readUnsignedShort();
      for (int i = 1; i < count; i++) {
        int tag = in.readUnsignedByte();
        switch (tag) {
          case 1 -> texts.add(in.readUTF());
          case 5, 6 -> {
            in.skipNBytes(8);
            i++;
          }
          case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
          case 15 -> in.skipNBytes(3);
          default -> in.skipNBytes(4);
        }
      }
    }
    return texts;
  }
}
