package io.wideevents.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Path;

/** Rules that hold in every module, for its own {@code ArchitectureTest}. */
public final class ModuleRules {
  /** Settings are read once, in a main, and handed down in parts. */
  public static final ArchRule ONLY_MAINS_READ_THE_ENVIRONMENT =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.wideevents.process",
              "io.wideevents.gateway",
              "io.wideevents.worker",
              "..command..")
          .should()
          .callMethod(System.class, "getenv")
          .orShould()
          .callMethod(System.class, "getenv", String.class)
          .because("settings are read once and handed down in parts");

  /** What is for people goes to the log; what is data, to a command's own writer. */
  public static final ArchRule NO_PRINTING =
      noClasses()
          .should()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .because("commands write to picocli's out and err, everything else to the log");

  /** One way to log. */
  public static final ArchRule NO_JAVA_LOGGING =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.util.logging..", "org.apache.log4j..", "org.apache.logging..")
          .because("log lines go through SLF4J");

  private ModuleRules() {}

  /** The classes of the module under test, without its tests and the modules it uses. */
  public static JavaClasses classesOfThisModule() {
    return new ClassFileImporter().importPath(Path.of("target", "classes"));
  }

  /** Packages below the root depend on each other in one direction only. */
  public static ArchRule noCyclesBelow(String rootPackage) {
    return slices().matching(rootPackage + ".(*)..").should().beFreeOfCycles();
  }
}
