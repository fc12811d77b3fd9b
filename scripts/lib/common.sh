# What the launchers share: finding a JDK, building what is missing. POSIX sh, to be sourced by a
# script that set project_root.

# The oldest Java that runs what is built here (see maven.compiler.release in the root pom).
min_java=21

say() {
  printf '%s\n' "$*" >&2
}

fail() {
  say "${0##*/}: $*"
  exit 1
}

# Prints the major version of the JDK in directory $1; nothing when there is none.
java_major() {
  [ -x "$1/bin/java" ] || return 0
  if [ -r "$1/release" ]; then
    java_version=$(sed -n 's/^JAVA_VERSION="\([^"]*\)".*/\1/p' "$1/release")
  else
    java_version=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p')
  fi
  # 1.8.0_402 is 8; 21.0.2, 25 and 26-ea are what they begin with.
  printf '%s\n' "$java_version" | sed -e 's/^1\.//' -e 's/[^0-9].*//'
}

is_new_enough() {
  java_found=$(java_major "$1")
  [ -n "$java_found" ] && [ "$java_found" -ge "$min_java" ]
}

# The home of the java on the PATH, through the links that distributions put there.
java_home_on_path() {
  java_link=$(command -v java) || return 0
  while [ -h "$java_link" ]; do
    java_target=$(readlink "$java_link")
    case $java_target in
      /*) java_link=$java_target ;;
      *) java_link=${java_link%/*}/$java_target ;;
    esac
  done
  printf '%s\n' "${java_link%/bin/java}"
}

# Sets java_home: JAVA_HOME or the java on the PATH when new enough, else the newest JDK installed
# where systems and tools put them.
find_java() {
  for java_home in "${JAVA_HOME:-}" "$(java_home_on_path)"; do
    if [ -n "$java_home" ] && is_new_enough "$java_home"; then
      return 0
    fi
  done
  java_best=0
  java_home=
  for java_candidate in /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "$HOME"/.jdks/* \
    "$HOME"/.sdkman/candidates/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    if is_new_enough "$java_candidate" && [ "$java_found" -gt "$java_best" ]; then
      java_best=$java_found
      java_home=$java_candidate
    fi
  done
  [ -n "$java_home" ] || fail "needs Java $min_java or newer and found none. Install a JDK (for example" \
    "from https://adoptium.net) and set JAVA_HOME to its directory if it is not found by itself."
}

# Runs Maven in the project: the one on the PATH, else the wrapper. Maven itself is content with
# Java 17: it looks for the JDK that compiles and tests by itself.
run_maven() (
  cd "$project_root" || exit 1
  java_found=$(java_major "$(java_home_on_path)")
  if [ -z "$java_found" ] || [ "$java_found" -lt 17 ]; then
    find_java
    export JAVA_HOME="$java_home"
  fi
  if command -v mvn >/dev/null 2>&1; then
    mvn "$@"
  else
    ./mvnw "$@"
  fi
)

# Builds the whole project, without its tests, unless all of the given files are there. Two scripts
# that were started together build once: the second waits for the first.
build_unless_present() {
  all_present "$@" && return 0
  build_lock=$project_root/.run/build.lock
  mkdir -p "$project_root/.run"
  until (set -C && echo $$ >"$build_lock") 2>/dev/null; do
    build_owner=$(cat "$build_lock" 2>/dev/null)
    if [ -n "$build_owner" ] && ! kill -0 "$build_owner" 2>/dev/null; then
      # Left by a script that was killed.
      rm -f "$build_lock"
    else
      sleep 1
    fi
  done
  trap 'rm -f "$build_lock"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  if ! all_present "$@"; then
    say "Building, once: about a minute, and a first build also downloads what it needs …"
    run_maven -q -B -Dstyle.color=never -DskipTests \
      -Dspotless.apply.skip=true -Dspotless.check.skip=true package >&2 || fail "the build failed, see above"
    all_present "$@" || fail "the build did not make $*"
  fi
  rm -f "$build_lock"
  trap - EXIT INT TERM
}

all_present() {
  for needed_file in "$@"; do
    [ -f "$needed_file" ] || return 1
  done
}
