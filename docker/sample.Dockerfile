# The image of the sample traffic: scripts/sample, for where there is no JDK. From the project's root
# directory, with BuildKit:
#   docker build -f docker/sample.Dockerfile -t wide-events/sample .
ARG JAVA_VERSION=25

# ---- The same in every Dockerfile of this directory, to the letter: built once for all images.
FROM maven:3-eclipse-temurin-${JAVA_VERSION} AS build
WORKDIR /src
COPY . .
# The cache keeps what Maven downloads from one build to the next.
RUN --mount=type=cache,target=/root/.m2/repository \
    mvn -q -B -DskipTests -Dspotless.apply.skip=true package
# What others made apart from what is made here: the first changes with the versions only, and is a
# layer of its own in each image.
RUN set -eu; \
    for module in api-gateway/server log-worker scripts/toolbox; do \
      process=$(basename "${module%/server}"); \
      mkdir -p "/out/$process/own/lib"; \
      cp -p "$module/target/$process.jar" "/out/$process/own/"; \
      cp -pr "$module/target/lib" "/out/$process/lib"; \
      find "/out/$process/lib" \( -name 'shared-model-*.jar' -o -name 'stack-*.jar' \
          -o -name 'wide-events-*.jar' \) -exec mv -t "/out/$process/own/lib/" {} +; \
    done; \
    cp -pr scripts/stack/target/broker-lib /out/broker-lib
# ---- end of what is the same.

FROM eclipse-temurin:${JAVA_VERSION}-jre
WORKDIR /app
COPY --from=build /out/toolbox/lib/ lib/
COPY --from=build /out/toolbox/own/ ./
LABEL org.opencontainers.image.title="sample" \
      org.opencontainers.image.description="Sends realistic sample events to an api-gateway" \
      org.opencontainers.image.licenses="Apache-2.0"
USER 10001:10001
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=60", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", \
  "-XX:-UsePerfData", "-Dlogback.configurationFile=toolbox-logback.xml", \
  "--enable-native-access=ALL-UNNAMED", "-cp", "/app/toolbox.jar:/app/lib/*", \
  "io.wideevents.toolbox.sample.SampleCommand"]
CMD ["--help"]
