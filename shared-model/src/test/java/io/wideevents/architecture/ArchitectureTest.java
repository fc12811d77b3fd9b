package io.wideevents.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses CLASSES = ModuleRules.classesOfThisModule();

  @Test
  void sharedModel_knowsNoHttp() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.javalin..",
            "org.eclipse.jetty..",
            "jakarta.servlet..",
            "com.sun.net.httpserver..",
            "java.net.http..")
        .check(CLASSES);
  }

  @Test
  void sharedModel_knowsNoModuleAboveIt() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.wideevents.delivery.*..",
            "io.wideevents.logging..",
            "io.wideevents.otlp..",
            "io.wideevents.query..",
            "io.wideevents.gateway..",
            "io.wideevents.worker..")
        .check(CLASSES);
  }

  @Test
  void packages_haveNoCycles() {
    ModuleRules.noCyclesBelow("io.wideevents").check(CLASSES);
  }

  @Test
  void onlyTheMongoPackage_talksToTheDriver() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.wideevents.mongo..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.mongodb..")
        .check(CLASSES);
  }

  @Test
  void onlyTheKafkaPackage_talksToKafka() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.wideevents.kafka..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.kafka..")
        .check(CLASSES);
  }

  @Test
  void eventAndCodec_areFreeOfWhatAProcessNeeds() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.wideevents.event..",
            "io.wideevents.codec..",
            "io.wideevents.log..",
            "io.wideevents.time..",
            "io.wideevents.files..",
            "io.wideevents.mongo..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.wideevents.config..",
            "io.wideevents.process..",
            "io.wideevents.metrics..",
            "io.micrometer..",
            "picocli..",
            "ch.qos.logback..",
            "net.logstash..")
        .check(CLASSES);
  }

  @Test
  void onlyProcessAndMetrics_needWhatTheLibraryDoesNotBring() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.wideevents.process..", "io.wideevents.metrics..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("picocli..", "ch.qos.logback..", "net.logstash..", "io.micrometer..")
        .because("these dependencies are optional, and a service that logs has none of them")
        .check(CLASSES);
  }

  @Test
  void environmentAndConsole_areLeftToTheMains() {
    ModuleRules.ONLY_MAINS_READ_THE_ENVIRONMENT.check(CLASSES);
    ModuleRules.NO_PRINTING.check(CLASSES);
    ModuleRules.NO_JAVA_LOGGING.check(CLASSES);
  }
}
