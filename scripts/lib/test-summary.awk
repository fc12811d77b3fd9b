# Reads the XML reports of Surefire and Failsafe. Prints one line for each test that failed, with its
# place and the beginning of its message, and then the sum of the counts.
#
# One record is one tag with the text behind it: the counts are attributes of <testsuite>.

BEGIN { RS = "<" }

function attribute(name) {
  return match($0, "[ \n]" name "=\"[^\"]*\"") \
    ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : ""
}

function plain(text) {
  gsub(/&#[0-9]+;/, " ", text)
  gsub(/&lt;/, "<", text)
  gsub(/&gt;/, ">", text)
  gsub(/&quot;/, "\"", text)
  gsub(/&apos;/, "'", text)
  gsub(/&amp;/, "\\&", text)
  gsub(/[ \t\r\n]+/, " ", text)
  sub(/^ /, "", text)
  return length(text) > 200 ? substr(text, 1, 200) " ..." : text
}

/^testsuite[ \n]/ {
  run += attribute("tests"); failures += attribute("failures")
  errors += attribute("errors"); skipped += attribute("skipped")
}

/^testcase[ \n]/ {
  class = attribute("classname"); test = attribute("name")
  message = ""; place = ""; failed = 0
}

/^(failure|error)[ \n>]/ {
  failed = 1
  message = attribute("message")
  if (message == "") {
    message = attribute("type")
  }
}

# The first line of the test's own file in the stack trace.
failed && place == "" {
  file = class
  sub(/.*\./, "", file)
  sub(/\$.*/, "", file)
  if (match($0, "[(]" file "[.]java:[0-9]+[)]")) {
    place = " " substr($0, RSTART, RLENGTH)
  }
}

/^\/testcase>/ && failed {
  printf "FAILED %s.%s%s: %s\n", class, plain(test), place, plain(message)
  failed = 0
}

END {
  printf "Tests run: %d, Failures: %d, Errors: %d, Skipped: %d\n", run, failures, errors, skipped
}
