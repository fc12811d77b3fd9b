package io.wideevents.logging;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.wideevents.architecture.ModuleRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses CLASSES = ModuleRules.classesOfThisModule();

  @Test
  void logging_knowsNeitherTheTiersNorAProcess() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.wideevents.delivery.*..",
            "io.wideevents.inprocess..",
            "io.wideevents.client..",
            "io.wideevents.otlp..",
            "io.wideevents.gateway..",
            "io.wideevents.worker..")
        .check(CLASSES);
  }

  @Test
  void logging_isFreeOfWhatAProcessNeeds() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.wideevents.metrics..",
            "io.micrometer..",
            "picocli..",
            "ch.qos.logback..",
            "net.logstash..",
            "com.mongodb..",
            "org.bson..",
            "org.apache.kafka..",
            "tools.jackson..")
        .check(CLASSES);
  }

  @Test
  void onlyTheJavalinPackage_talksToJavalin() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.wideevents.logging.javalin..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.javalin..", "org.eclipse.jetty..")
        .check(CLASSES);
  }

  @Test
  void onlyTheAdapters_talkToServlets() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.wideevents.logging.javalin..", "io.wideevents.logging.servlet..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("jakarta.servlet..")
        .check(CLASSES);
  }

  @Test
  void packages_haveNoCycles() {
    ModuleRules.noCyclesBelow("io.wideevents.logging").check(CLASSES);
  }

  @Test
  void environmentAndConsole_areLeftToTheMains() {
    ModuleRules.ONLY_MAINS_READ_THE_ENVIRONMENT.check(CLASSES);
    ModuleRules.NO_PRINTING.check(CLASSES);
    ModuleRules.NO_JAVA_LOGGING.check(CLASSES);
  }
}
